/* SPDX-License-Identifier: MIT */
/* JSON objects that leave out what does not apply, and text that is UTF-8 for certain. */
#include "report/json_value.h"

#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"

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
