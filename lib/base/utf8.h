/* SPDX-License-Identifier: MIT */
/*
 * Text from outside (paths, addresses, source lines) is bytes: this tells the
 * good characters from the rest.
 *
 * Layer: base. Context: tool.
 */
#ifndef UNCLOSED_BASE_UTF8_H
#define UNCLOSED_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the first character of a string that is not empty. Returns its length
 * in bytes, 1 to 4, or 0 when it is not valid UTF-8 (overlong forms, surrogates
 * and numbers above U+10FFFF are not). Never reads beyond the final '\0'.
 */
size_t utf8_decode(const char *text, uint32_t *ret_code);

/*
 * May this character go to a terminal? Not: controls (C0, C1), and what changes
 * the order or the look of the text around it without being seen (U+202E …).
 */
bool utf8_is_printable(uint32_t code);

#endif
