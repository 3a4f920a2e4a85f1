/* SPDX-License-Identifier: MIT */
/*
 * Bounded text: builds strings in storage of a fixed size, always ended by
 * '\0', never beyond. What does not fit is cut and remembered.
 *
 * Layer: base. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_BASE_TEXT_H
#define UNCLOSED_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *bytes;
	size_t size; /* of the storage, at least 1 */
	size_t length;
	bool is_cut;
};

void text_init(struct text *text, char *storage, size_t size);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_number(struct text *text, uint64_t number);
void text_add_hex(struct text *text, uint64_t number);

/* Parse a decimal number that fills `length` bytes. Returns false for anything else. */
bool text_parse_number(const char *bytes, size_t length, uint64_t *ret_number);

static inline bool text_starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* NULL is the same as NULL, and as no text. */
static inline bool text_is_same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

#endif
