/* SPDX-License-Identifier: MIT */
/*
 * Reading frames by a layout: a key of where they are, and their text.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_STACK_PYTHON_FRAMES_H
#define UNCLOSED_PRELOAD_STACK_PYTHON_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "stack/python_layout.h"

/* An interpreter as far as frames go. The functions are its own and only read. */
struct python_reader {
	struct python_layout layout;
	uint64_t code_type, string_type;             /* addresses of the types "code" and "str" */
	int (*line_of)(void *code, int byte_offset); /* PyCode_Addr2Line */
	intptr_t (*string_length)(void *string);     /* PyUnicode_GetLength */
	uint32_t (*string_char)(void *string, intptr_t at); /* PyUnicode_ReadChar */
};

/*
 * Check the layout with the frames of `thread` and find the types. False when
 * something is not what it should be; no address is read that the kernel has not
 * said is readable. *ret_has_frames: it was in some; else nothing is known yet.
 */
bool python_reader_check(struct python_reader *reader, uint64_t thread, bool *ret_has_frames);

/* Is the thread in any frame? */
bool python_has_frames(const struct python_reader *reader, uint64_t thread);

/*
 * A hash of `start` and the innermost `max` frames: code objects, positions, and
 * enough of what a code object says to tell it from an earlier one at its address.
 */
uint64_t python_key(const struct python_reader *reader, uint64_t thread, unsigned int max,
		    uint64_t start);

/* The same frames as text, in the format of struct ledger_stack. */
void python_text(const struct python_reader *reader, uint64_t thread, unsigned int max,
		 struct text *text);

#endif
