/* SPDX-License-Identifier: MIT */
/*
 * Names of functions for a line of text: C++ writes some of several thousand
 * letters. JSON has them in full, and so has the verbose text.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_SHORTEN_H
#define UNCLOSED_REPORT_SHORTEN_H

#include "report/print.h"

/*
 * `name` in about `max` columns. As it is when it fits; else step by step:
 * parameters and template arguments become "…" ("op<…>::run(…)"), the return
 * type goes, outer scopes go ("…::op<…>::run(…)"), and at last its end.
 * To be freed. NULL for no name, or without memory.
 */
char *function_shorten(const struct printer *printer, const char *name, size_t max);

#endif
