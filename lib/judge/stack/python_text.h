/* SPDX-License-Identifier: MIT */
/*
 * The text of Python frames in a ledger (struct ledger_stack says its format)
 * taken apart. It may be damaged or hostile: what is no such line is passed over.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_PYTHON_TEXT_H
#define UNCLOSED_JUDGE_STACK_PYTHON_TEXT_H

#include <stddef.h>

enum python_line_type {
	PYTHON_FRAME,
	PYTHON_ENTRY, /* the interpreter was called from C here */
	PYTHON_MORE,  /* there were more frames */
};

struct python_line {
	enum python_line_type type;
	const char *
		path; /* of a PYTHON_FRAME, as are the next two; UTF-8 but for a path's odd bytes */
	const char *function; /* qualified name; "<module>", "<lambda>", … */
	unsigned int line;    /* 0: not known */
};

/*
 * Take `text` apart, in place: the lines' strings lie in it. Returns their number,
 * `max` at most.
 */
size_t python_text_parse(char *text, struct python_line *ret_lines, size_t max);

#endif
