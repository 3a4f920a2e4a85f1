/* SPDX-License-Identifier: MIT */
/* JSON objects that leave out what does not apply, and text that is UTF-8 for certain. */
#include "report/json_value.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log_command.h"
#include "base/utf8.h"

/* No measured rate is known to more. */
#define REAL_DIGITS 6

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_utf8(const char *text)
{
	uint32_t code;

	while (*text) {
		size_t length = utf8_decode(text, &code);

		if (length == 0)
			return false;
		text += length;
	}
	return true;
}

json_t *json_text(const char *text)
{
	char *clean, *to;
	json_t *value;

	if (is_utf8(text))
		return json_string(text);
	clean = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
	if (!clean)
		abort();
	for (to = clean; *text;) {
		uint32_t code;
		size_t length = utf8_decode(text, &code);

		if (length > 0)
			to = mempcpy(to, text, length);
		else
			to = mempcpy(to, REPLACEMENT, strlen(REPLACEMENT));
		text += length > 0 ? length : 1;
	}
	*to = '\0';
	value = json_string(clean);
	free(clean);
	return value;
}

static void write_escape(FILE *out, uint32_t code)
{
	if (code > 0xffff) {
		(void)fprintf(out, "\\u%04x", 0xd7c0 + (code >> 10));
		code = 0xdc00 + (code & 0x3ff);
	}
	(void)fprintf(out, "\\u%04x", code);
}

/* Is the letter before `at` the end of an escape, or of a string's quote? Then it is as a blank. */
static bool is_string_start(const char *text, const char *at)
{
	size_t before = (size_t)(at - text);

	return (before >= 1 && at[-1] == '"') || (before >= 2 && at[-2] == '\\') ||
	       (before >= 6 && at[-6] == '\\' && at[-5] == 'u');
}

/* Strings alone have what is escaped here. */
static void write_plain(FILE *out, const char *text)
{
	const char *plain = text;

	for (const char *at = text, *next; *at; at = next) {
		uint32_t code = 0;
		size_t length = utf8_decode(at, &code);

		next = at + (length ? length : 1);
		if ((code < 0x7f || utf8_is_printable(code)) &&
		    !log_command_begins(is_string_start(text, at) ? at : text, at))
			continue;
		(void)fwrite(plain, 1, (size_t)(at - plain), out);
		write_escape(out, code);
		plain = next;
	}
	(void)fputs(plain, out);
}

static int write_as(FILE *out, const json_t *value, size_t flags)
{
	char *text = json_dumps(value, flags | JSON_REAL_PRECISION(REAL_DIGITS));

	if (!text)
		return -EIO;
	write_plain(out, text);
	free(text);
	return fputc('\n', out) == EOF || ferror(out) ? -EIO : 0;
}

int json_write_lines(FILE *out, const json_t *value)
{
	return write_as(out, value, JSON_INDENT(1));
}

int json_write_line(FILE *out, const json_t *value)
{
	return write_as(out, value, JSON_COMPACT);
}

json_t *json_number(uint64_t number)
{
	return json_integer(number < INT64_MAX ? (json_int_t)number : INT64_MAX);
}

void json_add(json_t *object, const char *key, json_t *value)
{
	bool is_empty = (json_is_object(value) && json_object_size(value) == 0) ||
			(json_is_array(value) && json_array_size(value) == 0);

	if (is_empty)
		json_decref(value);
	else if (json_object_set_new(object, key, value) < 0)
		abort();
}

void json_add_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_add(object, key, json_text(text));
}

void json_add_number(json_t *object, const char *key, uint64_t number)
{
	json_add(object, key, json_number(number));
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		abort();
}

void json_add_true(json_t *object, const char *key, bool value)
{
	if (value)
		json_add(object, key, json_true());
}
