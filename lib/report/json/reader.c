/* SPDX-License-Identifier: MIT */
/* Values from a JSON document that is not trusted: the first error is kept, with its place. */
#include "report/json/reader.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "report/json/stream.h"

#define FINGERPRINT_MAX 64

void read_fail(struct json_reader *reader, const char *key, const char *why)
{
	if (reader->is_bad)
		return;
	reader->is_bad = true;
	(void)snprintf(reader->error, reader->error_size, "%s%s%s: %s", reader->place,
		       reader->place_length && key[0] ? "." : "", key, why);
}

/* The document is not sound: the message has its place. */
static void read_break(struct json_reader *reader, const char *why)
{
	if (reader->is_bad)
		return;
	reader->is_bad = true;
	(void)snprintf(reader->error, reader->error_size, "%s", why);
}

size_t read_enter(struct json_reader *reader, const char *key, int64_t index)
{
	size_t before = reader->place_length;
	char *end = reader->place + before;
	size_t room = sizeof(reader->place) - before;
	int length;

	if (index < 0)
		length = snprintf(end, room, "%s%s", before ? "." : "", key);
	else
		length = snprintf(end, room, "%s%s[%" PRId64 "]", before ? "." : "", key, index);
	if (length > 0)
		reader->place_length += (size_t)length < room ? (size_t)length : room - 1;
	return before;
}

void read_leave(struct json_reader *reader, size_t place_length)
{
	reader->place_length = place_length;
	reader->place[place_length] = '\0';
}

/* NULL for what is absent, null, or in an object that is. */
static json_t *read_value(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

json_t *read_object(struct json_reader *reader, const json_t *object, const char *key)
{
	json_t *value = read_value(object, key);

	if (value && !json_is_object(value)) {
		read_fail(reader, key, "an object was expected");
		return NULL;
	}
	return value;
}

json_t *read_array(struct json_reader *reader, const json_t *object, const char *key,
		   size_t *ret_count)
{
	json_t *value = read_value(object, key);

	*ret_count = 0;
	if (value && !json_is_array(value)) {
		read_fail(reader, key, "an array was expected");
		return NULL;
	}
	*ret_count = json_array_size(value);
	return value;
}

json_t *read_entry(struct json_reader *reader, const json_t *array, size_t index)
{
	json_t *value = json_array_get(array, index);

	if (!json_is_object(value)) {
		read_fail(reader, "", "an object was expected");
		return NULL;
	}
	return value;
}

const char *read_text(struct json_reader *reader, const json_t *object, const char *key)
{
	json_t *value = read_value(object, key);

	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		read_fail(reader, key, "a string was expected");
		return NULL;
	}
	return report_strdup(reader->report, json_string_value(value));
}

const char *read_fingerprint(struct json_reader *reader, const json_t *object, const char *name)
{
	const char *text = read_text(reader, object, name);

	if (text && strlen(text) > FINGERPRINT_MAX)
		read_fail(reader, name, "a fingerprint was expected");
	return text;
}

bool read_bool(struct json_reader *reader, const json_t *object, const char *key, bool absent)
{
	json_t *value = read_value(object, key);

	if (!value)
		return absent;
	if (!json_is_boolean(value))
		read_fail(reader, key, "true or false was expected");
	return json_is_true(value);
}

uint64_t read_count(struct json_reader *reader, const json_t *object, const char *key, uint64_t max)
{
	json_t *value = read_value(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > max) {
		read_fail(reader, key, "a whole number was expected, not negative, in range");
		return 0;
	}
	return (uint64_t)json_integer_value(value);
}

int read_int(struct json_reader *reader, const json_t *object, const char *key, int absent)
{
	json_t *value = read_value(object, key);

	if (!value)
		return absent;
	if (!json_is_integer(value) || json_integer_value(value) < INT_MIN ||
	    json_integer_value(value) > INT_MAX) {
		read_fail(reader, key, "a whole number was expected, in range");
		return absent;
	}
	return (int)json_integer_value(value);
}

/* One entry of a list. What it points to is in the report's memory, which has its budget. */
static void entry_take(struct json_reader *reader, const char *key, size_t index,
		       const json_t *object, void *ret_entry, read_into *read_one)
{
	size_t place = read_enter(reader, key, (int64_t)index);

	if (!json_is_object(object))
		read_fail(reader, "", "an object was expected");
	else
		read_one(reader, object, ret_entry);
	read_leave(reader, place);
	if (report_memory(reader->report) > memory_limit())
		read_fail(reader, key, "the report is larger than the memory budget (--memory)");
}

/* Entries that are in the file, one after the other. */
static void *list_stream(struct json_reader *reader, const char *key, size_t count, size_t size,
			 read_into *read_one, size_t *ret_count)
{
	char *entries, why[256];
	json_t *object;

	if (count > memory_limit() / size) {
		read_fail(reader, key, "the report is larger than the memory budget (--memory)");
		return report_alloc(reader->report, 1);
	}
	entries = report_alloc(reader->report, count * size);
	while (!reader->is_bad &&
	       (object = json_stream_next(reader->stream, why, sizeof(why))) != NULL) {
		if (*ret_count < count)
			entry_take(reader, key, *ret_count, object, entries + *ret_count * size,
				   read_one);
		json_decref(object);
		*ret_count += !reader->is_bad;
	}
	if (!reader->is_bad && why[0])
		read_break(reader, why);
	return entries;
}

void *read_list(struct json_reader *reader, const json_t *object, const char *key, size_t size,
		read_into *read_one, size_t *ret_count)
{
	bool is_outermost = reader->stream && object == json_stream_root(reader->stream);
	size_t count;
	json_t *array = read_array(reader, object, key, &count);
	char *entries;

	*ret_count = 0;
	if (is_outermost && array && json_stream_seek(reader->stream, key, &count))
		return list_stream(reader, key, count, size, read_one, ret_count);
	entries = report_alloc(reader->report, count * size);
	for (size_t i = 0; i < count && !reader->is_bad; i++) {
		entry_take(reader, key, i, json_array_get(array, i), entries + i * size, read_one);
		*ret_count += !reader->is_bad;
	}
	return entries;
}

void read_each(struct json_reader *reader, const json_t *root, const char *key, read_each_of *take,
	       void *data)
{
	struct report *whole = reader->report;
	char why[256] = "";
	size_t count, index = 0;
	json_t *array = read_array(reader, root, key, &count), *object;

	if (!array || !json_stream_seek(reader->stream, key, &count))
		return;
	while (!reader->is_bad &&
	       (object = json_stream_next(reader->stream, why, sizeof(why))) != NULL) {
		struct report *part = report_new_like(whole);
		size_t place = read_enter(reader, key, (int64_t)index++);

		reader->report = part;
		if (!json_is_object(object))
			read_fail(reader, "", "an object was expected");
		else
			take(reader, object, data);
		reader->report = whole;
		read_leave(reader, place);
		report_free(part);
		json_decref(object);
		if (report_memory(whole) > memory_limit())
			read_fail(reader, key,
				  "the report is larger than the memory budget (--memory)");
	}
	if (!reader->is_bad && why[0])
		read_break(reader, why);
}

const char **read_texts(struct json_reader *reader, const json_t *object, const char *key,
			size_t *ret_count)
{
	json_t *array = read_array(reader, object, key, ret_count);
	const char **texts;

	if (!array)
		return NULL;
	texts = report_alloc(reader->report, (*ret_count + 1) * sizeof(*texts));
	for (size_t i = 0; i < *ret_count; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (!text)
			read_fail(reader, key, "only strings were expected in this array");
		texts[i] = report_strdup(reader->report, text ? text : "");
	}
	return texts;
}

unsigned int read_enum(struct json_reader *reader, const json_t *object, const char *key,
		       const char *const *names, unsigned int count, unsigned int other)
{
	json_t *value = read_value(object, key);

	if (value && !json_is_string(value))
		read_fail(reader, key, "a string was expected");
	for (unsigned int i = 0; json_is_string(value) && i < count; i++)
		if (names[i] && strcmp(names[i], json_string_value(value)) == 0)
			return i;
	return other;
}
