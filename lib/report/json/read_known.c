/* SPDX-License-Identifier: MIT */
/* Rules and baseline from a JSON report, and what they say of a finding. */
#include "report/json/reader.h"

#include <limits.h>

/* Text that writers may rely on. */
static const char *read_words(struct json_reader *reader, const json_t *object, const char *key)
{
	const char *text = read_text(reader, object, key);

	return text ? text : "?";
}

static void read_suppression(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_suppression *suppression = ret_entry;

	suppression->rule = read_words(reader, object, "rule");
	suppression->source = read_words(reader, object, "source");
	suppression->line = (unsigned int)read_count(reader, object, "line", UINT_MAX);
	suppression->reason = read_text(reader, object, "reason");
	suppression->expires = read_text(reader, object, "expires");
	suppression->is_expired = read_bool(reader, object, "expired", false);
	suppression->flaw = read_text(reader, object, "flaw");
	suppression->allowed = read_count(reader, object, "allowed", UINT64_MAX);
	suppression->matched = read_count(reader, object, "matched", UINT64_MAX);
	suppression->is_default = read_bool(reader, object, "default", false);
	suppression->is_builtin = read_bool(reader, object, "builtin", false);
}

static void read_gone(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_gone *gone = ret_entry;

	gone->fingerprint = read_words(reader, object, "fingerprint");
	gone->title = read_text(reader, object, "title");
	gone->where = read_text(reader, object, "where");
	gone->allowed = read_count(reader, object, "allowed", UINT64_MAX);
	gone->found = read_count(reader, object, "found", UINT64_MAX);
}

void read_known(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	struct report_baseline *baseline = &report->baseline;
	json_t *object = read_object(reader, root, "baseline");
	size_t place;

	report->suppressions =
		read_list(reader, root, "suppressions", sizeof(*report->suppressions),
			  read_suppression, &report->suppression_count);
	if (!object)
		return;
	place = read_enter(reader, "baseline", -1);
	baseline->file = read_words(reader, object, "file");
	baseline->place_count = read_count(reader, object, "places", UINT64_MAX);
	baseline->is_updated = read_bool(reader, object, "updated", false);
	baseline->gone = read_list(reader, object, "gone", sizeof(*baseline->gone), read_gone,
				   &baseline->gone_count);
	read_leave(reader, place);
}

static void read_suppressed_by(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct finding_suppression *by = ret_entry;
	uint64_t index = read_count(reader, object, "suppression", UINT32_MAX);

	if (index >= reader->report->suppression_count)
		read_fail(reader, "suppression", "there is no such suppression");
	by->suppression = (uint32_t)index;
	by->count = read_count(reader, object, "count", UINT64_MAX);
}

void read_finding_known(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	const char *names[BASELINE_STATE_COUNT];
	json_t *baseline = read_object(reader, object, "baseline");

	for (unsigned int state = 0; state < BASELINE_STATE_COUNT; state++)
		names[state] = baseline_state_name(state);
	finding->suppressed_by =
		read_list(reader, object, "suppressed_by", sizeof(*finding->suppressed_by),
			  read_suppressed_by, &finding->suppressed_by_count);
	finding->baseline =
		read_enum(reader, baseline, "state", names, BASELINE_STATE_COUNT, BASELINE_NONE);
	finding->baseline_allowed = read_count(reader, baseline, "allowed", UINT64_MAX);
}
