/* SPDX-License-Identifier: MIT */
/* The limits of a JSON report. */
#include "report/json/reader.h"

static unsigned int read_kind(struct json_reader *reader, const json_t *object)
{
	const char *names[KIND_COUNT];

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		names[kind] = kind_name(kind);
	return read_enum(reader, object, "kind", names, KIND_COUNT, KIND_OTHER);
}

static void read_holder(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_holder *holder = ret_entry;

	holder->count = read_count(reader, object, "count", UINT64_MAX);
	holder->kind = read_kind(reader, object);
	holder->call = read_text(reader, object, "call");
	holder->where = read_text(reader, object, "where");
	read_stack(reader, object, &holder->stack);
}

static void read_mark(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_mark *mark = ret_entry;
	const char *at = read_text(reader, object, "at");

	mark->at = at && *at ? at : "?";
	mark->at_ns = read_count(reader, object, "at_ns", UINT64_MAX);
	mark->limit = read_count(reader, object, "limit", UINT64_MAX);
	mark->open = read_count(reader, object, "open", UINT64_MAX);
	mark->found = read_count(reader, object, "found", UINT64_MAX);
	mark->snapshot = read_text(reader, object, "snapshot");
	mark->why = read_text(reader, object, "why");
	mark->holders = read_list(reader, object, "holders", sizeof(*mark->holders), read_holder,
				  &mark->holder_count);
}

static void read_refusal(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_refusal *refusal = ret_entry;
	const char *call = read_text(reader, object, "call"),
		   *error = read_text(reader, object, "error");

	refusal->call = call ? call : "a call";
	refusal->error = error ? error : "?";
	refusal->is_of_user = read_bool(reader, object, "of_user", false);
	refusal->count = read_count(reader, object, "count", UINT64_MAX);
	refusal->at_ns = read_count(reader, object, "at_ns", UINT64_MAX);
	refusal->where = read_text(reader, object, "where");
	read_stack(reader, object, &refusal->stack);
}

static void read_limit(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_limit *limit = ret_entry;

	limit->process = (uint32_t)read_count(reader, object, "process", UINT32_MAX);
	limit->marks = read_list(reader, object, "marks", sizeof(*limit->marks), read_mark,
				 &limit->mark_count);
	limit->refusals = read_list(reader, object, "refused", sizeof(*limit->refusals),
				    read_refusal, &limit->refusal_count);
}

void read_limits(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;

	report->limits = read_list(reader, root, "limits", sizeof(*report->limits), read_limit,
				   &report->limit_count);
}
