/* SPDX-License-Identifier: MIT */
/*
 * Patterns of the command line: '*' is any text, '/' included, '?' any one
 * byte; all else means itself ('[' too: addresses have it).
 *
 * Layer: base. Context: tool.
 */
#ifndef UNCLOSED_BASE_GLOB_H
#define UNCLOSED_BASE_GLOB_H

#include <stdbool.h>

/* Is the text, as a whole, what the pattern describes? In time linear in their product. */
bool glob_matches(const char *pattern, const char *text);

#endif
