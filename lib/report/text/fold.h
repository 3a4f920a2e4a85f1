/* SPDX-License-Identifier: MIT */
/*
 * Frames that one line of the text report stands for: "… 9 frames of GoogleTest".
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_TEXT_FOLD_H
#define UNCLOSED_REPORT_TEXT_FOLD_H

#include "model/stack.h"

/* Whose they are: a test framework, or a module of the system where they have no names. */
struct frames_folded {
	const char *of;
	bool is_nameless;
};

/*
 * How many of `frames`, innermost first, fold into a line from `at` on, and whose they are; 0: the
 * frame is shown. The innermost always is.
 */
size_t frames_fold(const struct report_frame *const *frames, size_t count, size_t at,
		   struct frames_folded *ret_folded);

#endif
