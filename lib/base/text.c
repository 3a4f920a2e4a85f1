/* SPDX-License-Identifier: MIT */
/* Builds text in storage of a fixed size, without libc's printf. */
#include "base/text.h"

#include <string.h>

void text_init(struct text *text, char *storage, size_t size)
{
	*text = (struct text){ .bytes = storage, .size = size };
	storage[0] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
	size_t room = text->size - 1 - text->length;

	if (length > room) {
		length = room;
		text->is_cut = true;
	}
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

static void text_add_digits(struct text *text, uint64_t number, unsigned int radix)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[number % radix];
		number /= radix;
	} while (number);
	text_add_bytes(text, digits + at, sizeof(digits) - at);
}

void text_add_number(struct text *text, uint64_t number)
{
	text_add_digits(text, number, 10);
}

void text_add_hex(struct text *text, uint64_t number)
{
	text_add_digits(text, number, 16);
}

bool text_parse_number(const char *bytes, size_t length, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (length == 0 || length > 19)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(bytes[i] - '0');
	}
	*ret_number = number;
	return true;
}
