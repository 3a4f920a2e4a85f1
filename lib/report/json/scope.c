/* SPDX-License-Identifier: MIT */
/* The tests of the report for JSON. */
#include "report/json/json.h"

static json_t *json_scope(const struct report_scope *scope)
{
	json_t *object = json_object();

	json_add_number(object, "id", scope->id);
	json_add_number(object, "process", scope->process);
	if (scope->parent)
		json_add_number(object, "parent", scope->parent);
	json_add_text(object, "name", scope->name);
	json_add_text(object, "framework", scope->framework);
	json_add_text(object, "file", scope->file);
	if (scope->line)
		json_add_number(object, "line", scope->line);
	json_add_true(object, "thread", scope->is_of_thread);
	json_add_number(object, "opened", scope->opened);
	json_add_number(object, "left", scope->left);
	json_add_number(object, "leaked", scope->leaked);
	json_add_number(object, "begun_ns", scope->begun_ns);
	if (scope->ended_ns)
		json_add_number(object, "ended_ns", scope->ended_ns);
	return object;
}

void json_add_scopes(json_t *root, const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->scope_count; i++)
		json_append(array, json_scope(&report->scopes[i]));
	json_add(root, "scopes", array);
}
