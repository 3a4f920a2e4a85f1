/* SPDX-License-Identifier: MIT */
/* A JSON report, read into the model again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "known/known.h"
#include "report/json/json.h"
#include "report/json/reader.h"
#include "report/json/stream.h"
#include "report/report.h"

#define SCHEMA "unclosed-report/"
#define SCHEMA_VERSION "1"

bool read_schema(struct json_reader *reader, const json_t *root)
{
	const char *schema = read_text(reader, root, "schema");

	if (!schema || strncmp(schema, SCHEMA, strlen(SCHEMA)) != 0)
		read_fail(reader, "schema", "not a JSON report of unclosed");
	else if (strcmp(schema + strlen(SCHEMA), SCHEMA_VERSION) != 0)
		read_fail(reader, "schema",
			  "another version; " SCHEMA SCHEMA_VERSION
			  " was expected, use the unclosed that wrote it");
	return !reader->is_bad;
}

/* Returns KEY, VALUE, …, NULL. */
static const char **read_pairs(struct json_reader *reader, const json_t *object, const char *key)
{
	json_t *pairs = read_object(reader, object, key);
	size_t place = read_enter(reader, key, -1);
	const char **texts, *name;
	json_t *value;
	size_t at = 0;

	texts = report_alloc(reader->report, (2 * json_object_size(pairs) + 1) * sizeof(*texts));
	json_object_foreach(pairs, name, value)
	{
		const char *text = read_text(reader, pairs, name);

		texts[at++] = report_strdup(reader->report, name);
		texts[at++] = text ? text : "";
	}
	read_leave(reader, place);
	return texts;
}

/* The reverse of "2024-05-01T12:00:00.123456789Z"; 0 when it is something else. */
static int64_t parse_time(const char *text)
{
	struct tm parts = { .tm_isdst = 0 };
	char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) : NULL;
	int64_t seconds, ns = 0;

	if (!rest)
		return 0;
	seconds = timegm(&parts);
	if (rest[0] == '.') {
		int64_t unit = INT64_C(100000000);

		for (const char *digit = rest + 1; *digit >= '0' && *digit <= '9'; digit++) {
			ns += (*digit - '0') * unit;
			unit /= 10;
		}
	}
	if (seconds < 0 || seconds > INT64_MAX / INT64_C(1000000000) - 1)
		return 0;
	return seconds * INT64_C(1000000000) + ns;
}

static void read_session(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	json_t *session = read_object(reader, root, "session");
	size_t place = read_enter(reader, "session", -1);
	json_t *host = read_object(reader, session, "host");

	report->session_id = read_text(reader, session, "id");
	report->started_wall_ns = parse_time(read_text(reader, session, "started"));
	report->duration_ns = read_count(reader, session, "duration_ns", UINT64_MAX);
	report->cwd = read_text(reader, session, "cwd");
	report->project = read_text(reader, session, "project");
	report->arguments = read_enum(reader, session, "arguments", json_arguments,
				      ARGUMENTS_COUNT, ARGUMENTS_FULL);
	report->tags = read_pairs(reader, session, "tags");
	report->host_name = read_text(reader, host, "name");
	report->os = read_text(reader, host, "os");
	report->kernel = read_text(reader, host, "kernel");
	report->arch = read_text(reader, host, "arch");
	report->libc = read_text(reader, host, "libc");
	read_leave(reader, place);
}

static void read_verdict(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	size_t count;
	const char **kinds = read_texts(reader, root, "kinds", &count);

	report->exit = read_exit(reader, root);
	report->verdict =
		read_enum(reader, root, "verdict", json_verdicts, VERDICT_COUNT, VERDICT_ERROR);
	report->exit_reason =
		read_enum(reader, root, "exit_reason", json_reasons, REASON_COUNT, REASON_ERROR);
	report->exit_status = read_int(reader, root, "exit_status", 0);
	report->is_live = read_bool(reader, root, "live", false);
	report->is_complete = read_bool(reader, root, "complete", false);
	report->records_lost = read_count(reader, root, "records_lost", UINT64_MAX);
	report->kinds = kinds ? 0 : KIND_BIT(KIND_SOCKET);
	for (size_t i = 0; i < count; i++) {
		const char *bad;
		uint32_t set;
		int length;

		if (kinds_parse(kinds[i], &set, &bad, &length) == 0)
			report->kinds |= set;
	}
}

static void read_process_list(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	json_t *counts = read_object(reader, root, "process_counts");

	report->processes = read_list(reader, root, "processes", sizeof(*report->processes),
				      read_process, &report->process_count);
	report->listed_count = report->process_count;
	report->covered_count = read_count(reader, counts, "covered", UINT32_MAX);
	report->uncovered_count = read_count(reader, counts, "uncovered", UINT32_MAX);
	report->running_count = read_count(reader, counts, "running", UINT32_MAX);
	report->unchecked_count = read_count(reader, counts, "unchecked", UINT32_MAX);
	report->skipped_count = read_count(reader, counts, "skipped", UINT32_MAX);
}

static void read_findings(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;

	report->findings = read_list(reader, root, "findings", sizeof(*report->findings),
				     read_finding, &report->finding_count);
	findings_sum(report);
}

static void read_diagnostic(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	static const char *const levels[] = { "note", "warning", "error" };
	struct report_diagnostic *diagnostic = ret_entry;

	diagnostic->level = read_enum(reader, object, "level", levels, 3, DIAGNOSTIC_WARNING);
	diagnostic->code = read_text(reader, object, "code");
	diagnostic->text = read_text(reader, object, "text");
	diagnostic->process = read_int(reader, object, "process", -1);
}

static void read_diagnostics(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;

	report->diagnostics = read_list(reader, root, "diagnostics", sizeof(*report->diagnostics),
					read_diagnostic, &report->diagnostic_count);
}

static void read_summary(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	json_t *summary = read_object(reader, root, "summary");
	json_t *left = read_object(reader, summary, "left_uncounted");

	read_kinds(reader, summary, "counts", report->kinds_total);
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		report->left_uncounted[kind] =
			read_count(reader, left, kind_name(kind), UINT64_MAX);
	report->left_standard = read_count(reader, summary, "left_standard", UINT64_MAX);
}

void read_report(struct json_reader *reader, const json_t *root)
{
	if (!read_schema(reader, root))
		return;
	reader->report->command = read_texts(reader, root, "command", &(size_t){ 0 });
	read_session(reader, root);
	read_verdict(reader, root);
	read_process_list(reader, root);
	read_scopes(reader, root);
	read_limits(reader, root);
	read_known(reader, root);
	read_shards(reader, root);
	read_findings(reader, root);
	read_diagnostics(reader, root);
	read_summary(reader, root);
}

int report_read_json(struct report *report, const char *path, char *error, size_t size)
{
	struct json_reader reader = { .report = report, .error = error, .error_size = size };
	int result;

	reader.stream = json_stream_open(path, error, size, &result);
	if (!reader.stream)
		return result;
	if (json_is_object(json_stream_root(reader.stream)))
		read_report(&reader, json_stream_root(reader.stream));
	else
		read_fail(&reader, "", "line 1: not a JSON report of unclosed");
	json_stream_close(reader.stream);
	return reader.is_bad ? -EPROTO : 0;
}
