/* SPDX-License-Identifier: MIT */
/*
 * Python functions as a group, a sentence and a fingerprint know them.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_PYTHON_WORDS_H
#define UNCLOSED_JUDGE_STACK_PYTHON_WORDS_H

#include <stdbool.h>

#include "model/model.h"

/* The evaluation loop, by whatever name of it is exported. */
#define PYTHON_LOOP "_PyEval_EvalFrameDefault"

/* Is a file the standard library's, and not an installed package's? */
bool python_is_standard(const char *path);

/*
 * The functions and lines of a text, without its marks of calls from C: once a
 * generator or a call has been specialised, the interpreter makes do without.
 */
const char *python_functions(struct report *report, const char *text);

/*
 * A function is known without its module, which may be renamed; but what a module's
 * top level opens itself has no other name than the module's: "server:<module>".
 */
const char *python_key(struct report *report, const struct report_frame *frame, bool is_first);

/* "Server.handle()", "the module's top level": a frame's function in a sentence. */
const char *python_function_text(struct report *report, const struct report_frame *frame);

#endif
