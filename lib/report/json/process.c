/* SPDX-License-Identifier: MIT */
/* A process for the JSON report, with what it opened, closed and inherited. */
#include "report/json/json.h"

#include <string.h>

#include "report/words.h"

json_t *json_kinds(const struct report_kind_count counts[KIND_COUNT])
{
	json_t *kinds = json_object();

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		const struct report_kind_count *count = &counts[kind];
		json_t *object;

		if (count->opened == 0 && count->closed == 0 && count->left == 0)
			continue;
		object = json_object();
		json_add_number(object, "opened", count->opened);
		json_add_number(object, "closed", count->closed);
		if (count->peak)
			json_add_number(object, "peak", count->peak);
		json_add_number(object, "left", count->left);
		json_add(kinds, kind_name(kind), object);
	}
	return kinds;
}

static json_t *json_end(const struct report_process *process)
{
	static const char *const hows[] = {
		[REPORT_END_EXITED] = "exit",     [REPORT_END_SIGNALED] = "signal",
		[REPORT_END_EXEC] = "exec",       [REPORT_END_UNKNOWN] = "unknown",
		[REPORT_END_RUNNING] = "running",
	};
	json_t *end = json_object();
	struct words words;
	const char *how = hows[process->end];

	if (process->end_how && process->end <= REPORT_END_SIGNALED)
		how = process->end_how;
	json_add_text(end, "how", how);
	if (process->end == REPORT_END_EXITED)
		json_add(end, "status", json_integer(process->status));
	else if (process->end == REPORT_END_SIGNALED)
		json_add_text(end, "signal", words_signal(&words, process->signal));
	return end;
}

static json_t *json_coverage(const struct report_process *process)
{
	json_t *coverage = json_object();

	json_add(coverage, "covered", json_boolean(process->is_covered));
	json_add_text(coverage, "reason", process->reason);
	json_add_text(coverage, "remedy", process->remedy);
	return coverage;
}

static json_t *json_kernel_check(const struct report_process *process)
{
	json_t *check = json_object();

	json_add(check, "done", json_boolean(process->is_checked));
	json_add_text(check, "reason", process->check_reason);
	return check;
}

static json_t *json_inherited(const struct report_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->inherited_count; i++) {
		const struct report_inherited *inherited = &process->inherited[i];
		json_t *object = json_object();

		json_add(object, "fd", json_integer(inherited->fd));
		json_add_text(object, "kind", inherited->kind);
		json_add_text(object, "target", inherited->target);
		json_add_text(object, "known_as", inherited->known_as);
		json_append(array, object);
	}
	return array;
}

static json_t *json_copies(const struct report_process *process)
{
	json_t *array = json_array();

	for (size_t i = 0; i < process->copy_count; i++)
		json_append(array, json_integer(process->copies[i]));
	return array;
}

json_t *json_process(const struct report_process *process)
{
	json_t *object = json_object();
	json_t *argv = json_array();

	json_add_number(object, "id", process->id);
	if (process->parent != process->id)
		json_add_number(object, "parent", process->parent);
	if (process->exec_of >= 0)
		json_add(object, "exec_of", json_integer(process->exec_of));
	json_add(object, "pid", json_integer(process->pid));
	json_add(object, "ppid", json_integer(process->ppid));
	json_add_text(object, "exe", process->exe);
	/* Only where it cannot be seen from argv. */
	if (process->argc == 0 || strcmp(process->argv[0], process->name) != 0)
		json_add_text(object, "name", process->name);
	for (size_t i = 0; i < process->argc; i++)
		json_append(argv, json_text(process->argv[i]));
	json_add(object, "argv", argv);
	if (process->is_skipped)
		json_add(object, "skipped", json_true());
	json_add_number(object, "start_ns", process->start_ns);
	if (process->duration_ns)
		json_add_number(object, "duration_ns", process->duration_ns);
	json_add(object, "end", json_end(process));
	json_add(object, "coverage", json_coverage(process));
	json_add(object, "kernel_check", json_kernel_check(process));
	json_add(object, "counts", json_kinds(process->kinds));
	if (process->is_seen) {
		json_add_number(object, "open", process->open);
		json_add_number(object, "in_flux", process->in_flux);
		if (process->limit)
			json_add_number(object, "limit", process->limit);
		json_add(object, "copies", json_copies(process));
		json_add_number(object, "started_ticks", process->started_ticks);
	}
	if (process->details_omitted)
		json_add_number(object, "details_omitted", process->details_omitted);
	json_add(object, "inherited", json_inherited(process));
	return object;
}
