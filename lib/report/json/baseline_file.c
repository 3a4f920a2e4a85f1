/* SPDX-License-Identifier: MIT */
/* Baselines, read from their file or from a JSON report, and written. */
#include "report/json/baseline_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "report/json/reader.h"
#include "report/json/stream.h"
#include "report/json_value.h"
#include "report/report.h"

#define SCHEMA "unclosed-baseline/"
#define SCHEMA_VERSION "1"

static void read_entry_of(struct json_reader *reader, const json_t *object,
			  struct baseline *baseline)
{
	const char *first = read_fingerprint(reader, object, PLACE_1);
	const char *second = read_fingerprint(reader, object, PLACE_2);
	struct baseline_entry entry = {
		.fingerprint = second ? second : first,
		.first = second ? first : NULL,
		.is_second = second != NULL,
		.count = read_count(reader, object, "count", INT64_MAX),
		.is_stable = read_bool(reader, object, "stable", true),
		.type = read_text(reader, object, "type"),
		.kind = read_text(reader, object, "kind"),
		.call = read_text(reader, object, "call"),
		.title = read_text(reader, object, "title"),
		.where = read_text(reader, object, "where"),
	};

	if (!entry.fingerprint || !*entry.fingerprint)
		read_fail(reader, second ? PLACE_2 : PLACE_1, "a fingerprint was expected");
	else if (entry.count == 0)
		read_fail(reader, "count", "a number from 1 was expected");
	else if (baseline_find(baseline, entry.fingerprint))
		read_fail(reader, second ? PLACE_2 : PLACE_1, "this fingerprint was there before");
	else
		baseline_add(baseline, &entry);
}

static void entry_take(struct json_reader *reader, const json_t *object, void *data)
{
	read_entry_of(reader, object, data);
}

static void read_entries(struct json_reader *reader, const json_t *root, struct baseline *baseline)
{
	size_t count;

	if (!read_array(reader, root, "findings", &count))
		read_fail(reader, "findings", "an array was expected");
	else
		read_each(reader, root, "findings", entry_take, baseline);
	baseline->is_there = true;
}

/* Of a report, of which nothing else is kept. */
static void finding_take(struct json_reader *reader, const json_t *object, void *data)
{
	struct finding finding = { 0 };

	read_finding(reader, object, &finding);
	if (!reader->is_bad)
		baseline_gather(data, &finding);
}

static void read_root(struct json_reader *reader, const json_t *root, struct baseline *baseline)
{
	const char *schema = json_is_object(root) ? read_text(reader, root, "schema") : NULL;

	if (schema && strcmp(schema, SCHEMA SCHEMA_VERSION) == 0) {
		read_entries(reader, root, baseline);
	} else if (schema && text_starts_with(schema, SCHEMA)) {
		read_fail(
			reader, "schema",
			report_printf(reader->report,
				      "it is of another version, %.40s; this unclosed reads " SCHEMA
					      SCHEMA_VERSION ": use the one that wrote it",
				      schema));
	} else if (schema && text_starts_with(schema, "unclosed-report/")) {
		read_known(reader, root);
		read_shards(reader, root);
		if (read_schema(reader, root))
			read_each(reader, root, "findings", finding_take, baseline);
		if (!reader->is_bad)
			baseline_settle(baseline);
	} else {
		read_fail(reader, "schema",
			  "neither a baseline nor a JSON report of unclosed; --update-baseline "
			  "makes one");
	}
}

int baseline_read(struct baseline *baseline, const char *path, char *error, size_t size)
{
	struct json_reader reader = { .report = baseline->storage,
				      .error = error,
				      .error_size = size };
	int result;

	reader.stream = json_stream_open(path, error, size, &result);
	if (!reader.stream)
		return result;
	read_root(&reader, json_stream_root(reader.stream), baseline);
	json_stream_close(reader.stream);
	return reader.is_bad ? -EPROTO : 0;
}

int baseline_lock(const char *path)
{
	char *target = realpath(path, NULL); /* a link stays a link, and so does one to be made */
	const char *file = target ? target : path, *slash = strrchr(file, '/');
	char *folder = slash ? strndup(file, (size_t)(slash - file) + 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int error = fd < 0 ? -errno : 0;

	while (fd >= 0 && flock(fd, LOCK_EX) < 0) {
		if (errno == EINTR)
			continue;
		error = -errno;
		close(fd);
		fd = -1;
	}
	free(folder);
	free(target);
	return fd >= 0 ? fd : error;
}

static json_t *json_entry(const struct baseline_entry *entry)
{
	json_t *object = json_object();

	json_add_text(object, PLACE_1, entry->is_second ? entry->first : entry->fingerprint);
	if (entry->is_second)
		json_add_text(object, PLACE_2, entry->fingerprint);
	json_add_number(object, "count", entry->count);
	if (!entry->is_stable)
		json_add(object, "stable", json_false());
	json_add_text(object, "type", entry->type);
	json_add_text(object, "kind", entry->kind);
	json_add_text(object, "call", entry->call);
	json_add_text(object, "title", entry->title);
	json_add_text(object, "where", entry->where);
	return object;
}

int baseline_write(const struct baseline *baseline, const char *path)
{
	json_t *root = json_object(), *entries = json_array();
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	int result;

	json_add_text(root, "schema", SCHEMA SCHEMA_VERSION);
	for (size_t i = 0; i < baseline->count; i++)
		json_append(entries, json_entry(&baseline->entries[i]));
	(void)json_object_set_new(root, "findings", entries); /* there when it is empty, too */
	if (!memory || json_write_lines(memory, root) < 0 || fclose(memory) != 0)
		abort(); /* like report_alloc() */
	json_decref(root);
	result = report_write_bytes(path, text, size);
	free(text);
	return result;
}
