/* SPDX-License-Identifier: MIT */
/*
 * Patterns of suppression rules, as LeakSanitizer's files have them.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_PATTERN_H
#define UNCLOSED_MODEL_PATTERN_H

#include <stdbool.h>

/*
 * Does `text` have the pattern in it? '^' at the pattern's start and '$' at its
 * end anchor it, '*' is any text; all else means itself. Nothing matches NULL or "".
 */
bool pattern_match(const char *pattern, const char *text);

/* Is `text` the pattern as a whole, with '*' as any text? Anchors may be there, too. */
bool pattern_match_whole(const char *pattern, const char *text);

/* Does it say nothing: only anchors and '*'? */
bool pattern_is_anything(const char *pattern);

#endif
