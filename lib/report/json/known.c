/* SPDX-License-Identifier: MIT */
/* Rules and baseline for the JSON report, and what they say of a finding. */
#include "report/json/json.h"

static json_t *json_suppression(const struct report_suppression *suppression)
{
	json_t *object = json_object();

	json_add_text(object, "rule", suppression->rule);
	json_add_text(object, "source", suppression->source);
	if (suppression->line)
		json_add_number(object, "line", suppression->line);
	json_add_text(object, "reason", suppression->reason);
	json_add_text(object, "expires", suppression->expires);
	json_add_true(object, "expired", suppression->is_expired);
	json_add_text(object, "flaw", suppression->flaw);
	if (suppression->allowed)
		json_add_number(object, "allowed", suppression->allowed);
	json_add_number(object, "matched", suppression->matched);
	json_add_true(object, "default", suppression->is_default);
	json_add_true(object, "builtin", suppression->is_builtin);
	return object;
}

static json_t *json_gone(const struct report_gone *gone)
{
	json_t *object = json_object();

	json_add_text(object, "fingerprint", gone->fingerprint);
	json_add_text(object, "title", gone->title);
	json_add_text(object, "where", gone->where);
	json_add_number(object, "allowed", gone->allowed);
	json_add_number(object, "found", gone->found);
	return object;
}

static json_t *json_baseline(const struct report_baseline *baseline)
{
	json_t *object = json_object(), *gone = json_array();

	json_add_text(object, "file", baseline->file);
	json_add_number(object, "places", baseline->place_count);
	json_add_true(object, "updated", baseline->is_updated);
	for (size_t i = 0; i < baseline->gone_count; i++)
		json_append(gone, json_gone(&baseline->gone[i]));
	json_add(object, "gone", gone);
	return object;
}

void json_add_known(json_t *root, const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->suppression_count; i++)
		json_append(array, json_suppression(&report->suppressions[i]));
	json_add(root, "suppressions", array);
	if (report->baseline.file)
		json_add(root, "baseline", json_baseline(&report->baseline));
}

void json_add_finding_known(json_t *object, const struct report *report,
			    const struct finding *finding)
{
	json_t *array = json_array(), *baseline = json_object();

	for (size_t i = 0; i < finding->suppressed_by_count; i++) {
		const struct finding_suppression *by = &finding->suppressed_by[i];
		json_t *entry = json_object();

		json_add_number(entry, "suppression", by->suppression);
		json_add_text(entry, "rule", report->suppressions[by->suppression].rule);
		json_add_number(entry, "count", by->count);
		json_append(array, entry);
	}
	json_add(object, "suppressed_by", array);
	json_add_text(baseline, "state", baseline_state_name(finding->baseline));
	if (finding->baseline_allowed)
		json_add_number(baseline, "allowed", finding->baseline_allowed);
	json_add(object, "baseline", baseline);
}
