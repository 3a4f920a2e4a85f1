/* SPDX-License-Identifier: MIT */
/*
 * Did Python close it, or the program? Told by the stack that closed, for gc_find().
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_PYTHON_CLOSE_H
#define UNCLOSED_JUDGE_STACK_PYTHON_CLOSE_H

#include "judge/stack/stack.h"

enum python_close {
	PYTHON_CLOSE_NONE,  /* the program did, or somebody who is not Python */
	PYTHON_CLOSE_ANY,   /* Python; at what occasion is not known */
	PYTHON_CLOSE_LOST,  /* the last reference was lost */
	PYTHON_CLOSE_CYCLE, /* its collector found it */
	PYTHON_CLOSE_END,   /* the interpreter came to its end */
};

/* By the ledger's stack, not its place: one line of Python may close and lose. */
enum python_close python_close(struct judge *judge, uint32_t stack_ref);

#endif
