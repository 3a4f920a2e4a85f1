/* SPDX-License-Identifier: MIT */
/* A look of `unclosed top` as JSON. */
#include <stdlib.h>
#include <time.h>

#include "cli/top_table.h"
#include "report/json/json.h"
#include "report/json_value.h"
#include "report/words.h"

static json_t *json_process_of(const struct report *report, const struct report_process *process)
{
	json_t *object = json_object();

	json_add_text(object, "session", report->session_id);
	json_add(object, "pid", json_integer(process->pid));
	json_add_text(object, "program", process->name);
	json_add_number(object, "open", process->open);
	json_add_number(object, "in_flux", process->in_flux);
	if (process->limit)
		json_add_number(object, "limit", process->limit);
	return object;
}

static json_t *json_processes(const struct top_rows *rows)
{
	json_t *array = json_array();

	for (size_t i = 0; i < rows->report_count; i++)
		for (size_t j = 0; j < rows->reports[i]->process_count; j++)
			if (rows->reports[i]->processes[j].is_seen)
				json_append(array,
					    json_process_of(rows->reports[i],
							    &rows->reports[i]->processes[j]));
	return array;
}

static json_t *json_pids(const struct top_row *row)
{
	json_t *array = json_array();

	for (size_t i = 0; i < row->finding->process_count; i++) {
		const struct report_process *process =
			report_process_find(row->report, row->finding->processes[i]);

		if (process)
			json_append(array, json_integer(process->pid));
	}
	return array;
}

static json_t *json_states(const struct top_row *row)
{
	struct top_state states[TOP_STATES_MAX];
	size_t count = top_row_states(row, states);
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		json_add_number(object, states[i].name, states[i].count);
	return object;
}

static void json_add_frame(json_t *object, const struct report_frame *frame)
{
	if (!frame)
		return;
	json_add_text(object, "function", frame->function);
	json_add_text(object, "file", frame->file);
	if (frame->file && frame->line)
		json_add_number(object, "line", frame->line);
}

static json_t *json_place(const struct top_row *row)
{
	const struct finding *finding = row->finding;
	json_t *object = json_object();

	json_add_text(object, "session", row->report->session_id);
	json_add_text(object, "fingerprint", finding->fingerprint);
	json_add_text(object, "title", finding->title);
	json_add_text(object, "kind", kind_name(finding->kind));
	json_add_text(object, "call", finding->call);
	json_add_frame(object, top_row_frame(row));
	json_add(object, "pids", json_pids(row));
	json_add_number(object, "count", finding->count);
	json_add_number(object, "counted", finding->counted);
	json_add_true(object, "proven", finding->is_proven);
	json_add_growth(object, finding);
	json_add_number(object, "oldest_ns", row->oldest_ns);
	json_add(object, "states", json_states(row));
	return object;
}

static json_t *json_places(const struct top_rows *rows, enum top_sort sort)
{
	const struct top_row **list = calloc(rows->count + 1, sizeof(const struct top_row *));
	json_t *array = json_array();
	size_t count;

	if (!list)
		abort(); /* like report_alloc() */
	count = top_rows_select(rows, sort, "", list);
	for (size_t i = 0; i < count; i++)
		json_append(array, json_place(list[i]));
	free(list);
	return array;
}

json_t *top_json(const struct top_rows *rows, enum top_sort sort)
{
	json_t *object = json_object();
	struct timespec now;
	struct words words;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	json_add_text(object, "schema", "unclosed-top/1");
	json_add_text(object, "time",
		      words_time(&words, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec));
	(void)json_object_set_new(object, "processes", json_processes(rows));
	(void)json_object_set_new(object, "places", json_places(rows, sort));
	return object;
}
