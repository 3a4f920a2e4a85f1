/* SPDX-License-Identifier: MIT */
/*
 * Patterns of the command line: '*' is any text, '/' included, '?' any one
 * byte; all other bytes mean themselves ('[', too: addresses have it).
 *
 * Layer: base. Context: tool.
 */
#ifndef UNCLOSED_BASE_GLOB_H
#define UNCLOSED_BASE_GLOB_H

#include <stdbool.h>

/* Does the pattern match the text as a whole? Takes time linear in the product of their lengths. */
bool glob_matches(const char *pattern, const char *text);

#endif
