/* SPDX-License-Identifier: MIT */
/*
 * Frames of Python in the place of the interpreter's own.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_PYTHON_H
#define UNCLOSED_JUDGE_STACK_PYTHON_H

#include "judge/judgement.h"

/*
 * Does a spot of a backtrace with Python frames belong to the interpreter's
 * workings: CPython, its standard extensions, libffi under ctypes, greenlet, or
 * code made at run time between two of its functions?
 */
bool python_owns(const struct judge *judge, const struct spot *spot);

/*
 * The functions and lines of a text, without its marks of calls from C: once a
 * generator or a call has been specialised, the interpreter makes do without.
 */
const char *python_functions(struct report *report, const char *text);

/*
 * Put the Python frames of `text` into `stack`, whose frames are all native, in
 * place of the interpreter's. `cwd` is where relative paths of sources start.
 */
void python_merge(struct judge *judge, struct report_stack *stack, const char *text,
		  const char *cwd);

/* "server:Server.handle": a function with its module's name, without the path to it. */
const char *python_name(struct report *report, const struct report_frame *frame);

/* "Server.handle()", "the module's top level": a frame's function in a sentence. */
const char *python_function_text(struct report *report, const struct report_frame *frame);

/* Say why a stack shows an interpreter's own frames, if one does. After the modules are marked. */
void python_diagnose(struct judge *judge);

#endif
