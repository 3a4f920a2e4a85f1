/* SPDX-License-Identifier: MIT */
/*
 * Functions over bytes and texts, under libc's names and hidden: what the shim's own files call.
 * Those of libc are the program's where it has a sanitizer: ThreadSanitizer takes our reads of the
 * ledger for races of the program, and none may be called before its start. And no page of libc is
 * touched for them.
 *
 * As the standard says (man 3 string), for what the shim has: short texts, records of some hundred
 * bytes. The names in parentheses are macros from glibc 2.43 on: C23 gives back the const that
 * comes in.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* Eight bytes at any address, be they of whatever type. */
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)out = *(const word *)in;
		out += sizeof(word);
		in += sizeof(word);
	}
	for (; size > 0; size--)
		*out++ = *in++;
	return to;
}

HIDDEN void *memset(void *bytes, int value, size_t size)
{
	uint64_t all = (uint8_t)value * UINT64_C(0x0101010101010101);
	uint8_t *out = bytes;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		*(word *)out = all;
		out += sizeof(word);
	}
	for (; size > 0; size--)
		*out++ = (uint8_t)value;
	return bytes;
}

HIDDEN int memcmp(const void *one, const void *other, size_t size)
{
	const uint8_t *a = one, *b = other;

	for (; size >= sizeof(word) && *(const word *)a == *(const word *)b; size -= sizeof(word)) {
		a += sizeof(word);
		b += sizeof(word);
	}
	for (; size > 0; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

HIDDEN void *(memchr)(const void *bytes, int value, size_t size)
{
	const uint8_t *at = bytes;

	for (; size > 0; size--, at++)
		if (*at == (uint8_t)value)
			return (void *)at;
	return NULL;
}

HIDDEN size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

HIDDEN int strncmp(const char *one, const char *other, size_t most)
{
	for (; most > 0; most--, one++, other++) {
		if (*one != *other)
			return (unsigned char)*one - (unsigned char)*other;
		if (!*one)
			break;
	}
	return 0;
}

HIDDEN int strcmp(const char *one, const char *other)
{
	return strncmp(one, other, SIZE_MAX);
}

HIDDEN char *(strchr)(const char *text, int character)
{
	for (;; text++) {
		if (*text == (char)character)
			return (char *)text;
		if (!*text)
			return NULL;
	}
}

HIDDEN char *(strrchr)(const char *text, int character)
{
	const char *last = NULL;

	for (;; text++) {
		if (*text == (char)character)
			last = text;
		if (!*text)
			return (char *)last;
	}
}

HIDDEN size_t strspn(const char *text, const char *accepted)
{
	size_t length = 0;

	while (text[length] && strchr(accepted, text[length]))
		length++;
	return length;
}

HIDDEN size_t strcspn(const char *text, const char *refused)
{
	size_t length = 0;

	while (text[length] && !strchr(refused, text[length]))
		length++;
	return length;
}

HIDDEN char *(strstr)(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++)
		if (strncmp(text, part, length) == 0)
			return (char *)text;
	return length ? NULL : (char *)text;
}
