/* SPDX-License-Identifier: MIT */
/* A process from a JSON report. */
#include "report/json/reader.h"

#include <limits.h>
#include <string.h>

#include "report/words.h"

void read_kinds(struct json_reader *reader, const json_t *object, const char *key,
		struct report_kind_count ret_counts[KIND_COUNT])
{
	json_t *kinds = read_object(reader, object, key);
	size_t place = read_enter(reader, key, -1);

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		json_t *count = read_object(reader, kinds, kind_name(kind));
		size_t inner = read_enter(reader, kind_name(kind), -1);

		ret_counts[kind].opened = read_count(reader, count, "opened", UINT64_MAX);
		ret_counts[kind].closed = read_count(reader, count, "closed", UINT64_MAX);
		ret_counts[kind].peak = read_count(reader, count, "peak", UINT64_MAX);
		ret_counts[kind].left = read_count(reader, count, "left", UINT64_MAX);
		read_leave(reader, inner);
	}
	read_leave(reader, place);
}

static void read_end(struct json_reader *reader, const json_t *object,
		     struct report_process *process)
{
	json_t *end = read_object(reader, object, "end");
	const char *how = read_text(reader, end, "how");
	const char *signal = read_text(reader, end, "signal");

	process->end = REPORT_END_UNKNOWN;
	if (signal) {
		process->end = REPORT_END_SIGNALED;
		process->signal = words_parse_signal(signal);
	} else if (json_object_get(end, "status")) {
		process->end = REPORT_END_EXITED;
		process->status = read_int(reader, end, "status", 0);
	} else if (how && strcmp(how, "exec") == 0) {
		process->end = REPORT_END_EXEC;
	} else if (how && strcmp(how, "running") == 0) {
		process->end = REPORT_END_RUNNING;
	}
	if (process->end <= REPORT_END_SIGNALED)
		process->end_how = how;
}

static void read_inherited(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_inherited *inherited = ret_entry;

	inherited->fd = read_int(reader, object, "fd", -1);
	inherited->kind = read_text(reader, object, "kind");
	inherited->target = read_text(reader, object, "target");
	inherited->known_as = read_text(reader, object, "known_as");
}

static void read_names(struct json_reader *reader, const json_t *object,
		       struct report_process *process)
{
	process->exe = read_text(reader, object, "exe");
	process->name = read_text(reader, object, "name");
	process->argv = read_texts(reader, object, "argv", &process->argc);
	if (!process->argv)
		process->argv = report_alloc(reader->report, sizeof(*process->argv));
	if (!process->exe)
		process->exe = "?";
	if (!process->name)
		process->name = process->argc > 0 ? process->argv[0] : process->exe;
}

void read_process(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_process *process = ret_entry;
	json_t *coverage = read_object(reader, object, "coverage");
	json_t *check = read_object(reader, object, "kernel_check");

	process->id = (uint32_t)read_count(reader, object, "id", UINT32_MAX);
	process->parent = process->id;
	if (json_object_get(object, "parent"))
		process->parent = (uint32_t)read_count(reader, object, "parent", UINT32_MAX);
	process->exec_of = -1;
	if (json_object_get(object, "exec_of"))
		process->exec_of = (int64_t)read_count(reader, object, "exec_of", UINT32_MAX);
	process->pid = read_int(reader, object, "pid", 0);
	process->ppid = read_int(reader, object, "ppid", 0);
	read_names(reader, object, process);
	process->is_skipped = read_bool(reader, object, "skipped", false);
	process->start_ns = read_count(reader, object, "start_ns", UINT64_MAX);
	process->duration_ns = read_count(reader, object, "duration_ns", UINT64_MAX);
	read_end(reader, object, process);
	process->is_covered = read_bool(reader, coverage, "covered", false);
	process->reason = read_text(reader, coverage, "reason");
	process->remedy = read_text(reader, coverage, "remedy");
	process->is_checked = read_bool(reader, check, "done", false);
	process->check_reason = read_text(reader, check, "reason");
	process->is_listed = true;
	read_kinds(reader, object, "counts", process->kinds);
	process->is_seen = json_object_get(object, "open") != NULL;
	process->open = read_count(reader, object, "open", UINT64_MAX);
	process->in_flux = read_count(reader, object, "in_flux", UINT64_MAX);
	process->limit = read_count(reader, object, "limit", UINT64_MAX);
	process->started_ticks = read_count(reader, object, "started_ticks", UINT64_MAX);
	process->details_omitted = read_count(reader, object, "details_omitted", UINT64_MAX);
	process->inherited = read_list(reader, object, "inherited", sizeof(*process->inherited),
				       read_inherited, &process->inherited_count);
}
