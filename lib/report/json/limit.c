/* SPDX-License-Identifier: MIT */
/* "limits" of a report: who came near the limit of descriptors, and what was refused. */
#include "report/json/json.h"

static json_t *json_holder(const struct report_holder *holder)
{
	json_t *object = json_object();

	json_add_number(object, "count", holder->count);
	json_add_text(object, "kind", kind_name(holder->kind));
	json_add_text(object, "call", holder->call);
	json_add_text(object, "where", holder->where);
	json_add_stack(object, &holder->stack);
	return object;
}

static json_t *json_mark(const struct report_mark *mark)
{
	json_t *object = json_object(), *holders = json_array();

	json_add_text(object, "at", mark->at);
	json_add_number(object, "at_ns", mark->at_ns);
	if (mark->limit)
		json_add_number(object, "limit", mark->limit);
	json_add_number(object, "open", mark->open);
	if (mark->holder_count > 0)
		json_add_number(object, "found", mark->found);
	json_add_text(object, "snapshot", mark->snapshot);
	json_add_text(object, "why", mark->why);
	for (size_t i = 0; i < mark->holder_count; i++)
		json_append(holders, json_holder(&mark->holders[i]));
	json_add(object, "holders", holders);
	return object;
}

static json_t *json_refusal(const struct report_refusal *refusal)
{
	json_t *object = json_object();

	json_add_text(object, "call", refusal->call);
	json_add_text(object, "error", refusal->error);
	json_add_true(object, "of_user", refusal->is_of_user);
	json_add_number(object, "count", refusal->count);
	json_add_number(object, "at_ns", refusal->at_ns);
	json_add_text(object, "where", refusal->where);
	json_add_stack(object, &refusal->stack);
	return object;
}

static json_t *json_limit(const struct report_limit *limit)
{
	json_t *object = json_object(), *marks = json_array(), *refusals = json_array();

	json_add_number(object, "process", limit->process);
	for (size_t i = 0; i < limit->mark_count; i++)
		json_append(marks, json_mark(&limit->marks[i]));
	json_add(object, "marks", marks);
	for (size_t i = 0; i < limit->refusal_count; i++)
		json_append(refusals, json_refusal(&limit->refusals[i]));
	json_add(object, "refused", refusals);
	return object;
}

void json_add_limits(json_t *root, const struct report *report)
{
	json_t *array;

	if (report->limit_count == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < report->limit_count; i++)
		json_append(array, json_limit(&report->limits[i]));
	json_add(root, "limits", array);
}
