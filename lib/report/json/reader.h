/* SPDX-License-Identifier: MIT */
/*
 * Reading values out of a JSON document of which nothing is trusted. A key that
 * is absent or null gives a default; one of the wrong type, or out of range, is
 * an error. The first error is kept, with its place; reading goes on harmlessly.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_JSON_READER_H
#define UNCLOSED_REPORT_JSON_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"

struct json_stream;

struct json_reader {
	struct json_stream *stream; /* what is not in the document: stream.h; NULL: nothing */
	struct report *report; /* strings and arrays come from its arena */
	char *error;
	size_t error_size;
	bool is_bad;
	char place[128]; /* "findings[2].stack[1]": where the values are read now */
	size_t place_length;
};

/* The object at `key`, NULL when absent: every read_ below takes a NULL object. */
json_t *read_object(struct json_reader *reader, const json_t *object, const char *key);

/* The array at `key` and its length; NULL and 0 when absent. */
json_t *read_array(struct json_reader *reader, const json_t *object, const char *key,
		   size_t *ret_count);

/* Entry `index` of an array of objects; NULL and an error when it is none. */
json_t *read_entry(struct json_reader *reader, const json_t *array, size_t index);

/* Fill an entry of a list, zeroed before, from its object. */
typedef void read_into(struct json_reader *reader, const json_t *object, void *ret_entry);

/*
 * The array of objects at `key`, each read into an entry of `size` bytes; in the
 * report's memory. Ends before the first one that is bad. *ret_count is how many
 * there are, 0 when absent.
 */
void *read_list(struct json_reader *reader, const json_t *object, const char *key, size_t size,
		read_into *read_one, size_t *ret_count);

/*
 * Each object of the array `key` of the document, which is a stream's, by itself: `take` reads
 * it into reader->report, of which nothing stays.
 */
typedef void read_each_of(struct json_reader *reader, const json_t *object, void *data);
void read_each(struct json_reader *reader, const json_t *root, const char *key, read_each_of *take,
	       void *data);

/*
 * The place for error messages goes into "key", or "key[index]" when index is
 * not negative. Returns what read_leave() takes.
 */
size_t read_enter(struct json_reader *reader, const char *key, int64_t index);
void read_leave(struct json_reader *reader, size_t place_length);

const char *read_text(struct json_reader *reader, const json_t *object, const char *key);

/* What a place is recognised by: both are in a report, the second holds for more builds. */
#define PLACE_1 "place/1"
#define PLACE_2 "place/2"

/* The member of that name: a fingerprint, of at most 64 characters. NULL where there is none. */
const char *read_fingerprint(struct json_reader *reader, const json_t *object, const char *name);
bool read_bool(struct json_reader *reader, const json_t *object, const char *key, bool absent);

/* A number that is not negative; 0 when absent. */
uint64_t read_count(struct json_reader *reader, const json_t *object, const char *key,
		    uint64_t max);

int read_int(struct json_reader *reader, const json_t *object, const char *key, int absent);

/* The strings of an array, NULL at the end; NULL when absent. */
const char **read_texts(struct json_reader *reader, const json_t *object, const char *key,
			size_t *ret_count);

/* Which of `names` (NULL entries are none) the string is; `other` for an unknown one. */
unsigned int read_enum(struct json_reader *reader, const json_t *object, const char *key,
		       const char *const *names, unsigned int count, unsigned int other);

/* Keep an error about `key` of the present place. */
void read_fail(struct json_reader *reader, const char *key, const char *why);

/* A whole report, from its document. */
void read_report(struct json_reader *reader, const json_t *root);

/* Is it a report of a version that is known, and of unclosed? Else an error is kept. */
bool read_schema(struct json_reader *reader, const json_t *root);

/* Parts of the report, from their objects. */
read_into read_process; /* struct report_process */
void read_kinds(struct json_reader *reader, const json_t *object, const char *key,
		struct report_kind_count ret_counts[KIND_COUNT]);
read_into read_finding; /* struct finding */
void read_stack(struct json_reader *reader, const json_t *object, struct report_stack *stack);

/* "growth" of a finding. */
void read_growth(struct json_reader *reader, const json_t *object, struct finding *finding);

/* The tests of the report. */
void read_scopes(struct json_reader *reader, const json_t *root);

/* read_limit.c */
void read_limits(struct json_reader *reader, const json_t *root);

/* How a program ended: the object "exit" of `object`. */
struct report_exit read_exit(struct json_reader *reader, const json_t *object);

/* The shards of a merged report; before its findings, which have shares of them. */
void read_shards(struct json_reader *reader, const json_t *root);
void read_shares(struct json_reader *reader, const json_t *object, struct finding *finding);

/* Rules and baseline of the report; before its findings, which refer to them. */
void read_known(struct json_reader *reader, const json_t *root);
void read_finding_known(struct json_reader *reader, const json_t *object, struct finding *finding);

#endif
