/* SPDX-License-Identifier: MIT */
/* The tests of a JSON report. */
#include "report/json/reader.h"

#include <limits.h>

static void read_scope(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_scope *scope = ret_entry;
	const char *name = read_text(reader, object, "name");

	scope->id = (uint32_t)read_count(reader, object, "id", UINT32_MAX);
	scope->process = (uint32_t)read_count(reader, object, "process", UINT32_MAX);
	scope->parent = (uint32_t)read_count(reader, object, "parent", UINT32_MAX);
	scope->name = name ? name : "?";
	scope->framework = read_text(reader, object, "framework");
	scope->file = read_text(reader, object, "file");
	scope->line = (unsigned int)read_count(reader, object, "line", UINT_MAX);
	scope->is_of_thread = read_bool(reader, object, "thread", false);
	scope->opened = read_count(reader, object, "opened", UINT64_MAX);
	scope->left = read_count(reader, object, "left", UINT64_MAX);
	scope->leaked = read_count(reader, object, "leaked", UINT64_MAX);
	scope->begun_ns = read_count(reader, object, "begun_ns", UINT64_MAX);
	scope->ended_ns = read_count(reader, object, "ended_ns", UINT64_MAX);
}

void read_scopes(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;

	report->scopes = read_list(reader, root, "scopes", sizeof(*report->scopes), read_scope,
				   &report->scope_count);
}
