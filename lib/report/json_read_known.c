/* SPDX-License-Identifier: MIT */
#include "report/json_reader.h"

#include <limits.h>

/* Text that writers may rely on. */
static const char *read_words(struct json_reader *reader, const json_t *object, const char *key)
{
	const char *text = read_text(reader, object, key);

	return text ? text : "?";
}

static void read_suppressions(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	size_t count;
	json_t *array = read_array(reader, root, "suppressions", &count);

	report->suppressions = report_alloc(report, count * sizeof(*report->suppressions));
	report->suppression_count = count;
	for (size_t i = 0; i < count; i++) {
		struct report_suppression *suppression = &report->suppressions[i];
		size_t place = read_enter(reader, "suppressions", (int64_t)i);
		json_t *entry = read_entry(reader, array, i);

		suppression->rule = read_words(reader, entry, "rule");
		suppression->source = read_words(reader, entry, "source");
		suppression->line = (unsigned int)read_count(reader, entry, "line", UINT_MAX);
		suppression->reason = read_text(reader, entry, "reason");
		suppression->expires = read_text(reader, entry, "expires");
		suppression->is_expired = read_bool(reader, entry, "expired", false);
		suppression->flaw = read_text(reader, entry, "flaw");
		suppression->allowed = read_count(reader, entry, "allowed", UINT64_MAX);
		suppression->matched = read_count(reader, entry, "matched", UINT64_MAX);
		suppression->is_default = read_bool(reader, entry, "default", false);
		suppression->is_builtin = read_bool(reader, entry, "builtin", false);
		read_leave(reader, place);
	}
}

static void read_gone(struct json_reader *reader, const json_t *object)
{
	struct report_baseline *baseline = &reader->report->baseline;
	size_t count;
	json_t *array = read_array(reader, object, "gone", &count);

	baseline->gone = report_alloc(reader->report, count * sizeof(*baseline->gone));
	baseline->gone_count = count;
	for (size_t i = 0; i < count; i++) {
		struct report_gone *gone = &baseline->gone[i];
		size_t place = read_enter(reader, "gone", (int64_t)i);
		json_t *entry = read_entry(reader, array, i);

		gone->fingerprint = read_words(reader, entry, "fingerprint");
		gone->title = read_text(reader, entry, "title");
		gone->where = read_text(reader, entry, "where");
		gone->allowed = read_count(reader, entry, "allowed", UINT64_MAX);
		gone->found = read_count(reader, entry, "found", UINT64_MAX);
		read_leave(reader, place);
	}
}

void read_known(struct json_reader *reader, const json_t *root)
{
	struct report_baseline *baseline = &reader->report->baseline;
	json_t *object = read_object(reader, root, "baseline");
	size_t place;

	read_suppressions(reader, root);
	if (!object)
		return;
	place = read_enter(reader, "baseline", -1);
	baseline->file = read_words(reader, object, "file");
	baseline->place_count = read_count(reader, object, "places", UINT64_MAX);
	baseline->is_updated = read_bool(reader, object, "updated", false);
	read_gone(reader, object);
	read_leave(reader, place);
}

static void read_suppressed_by(struct json_reader *reader, const json_t *object,
			       struct finding *finding)
{
	size_t count;
	json_t *array = read_array(reader, object, "suppressed_by", &count);

	finding->suppressed_by =
		report_alloc(reader->report, count * sizeof(*finding->suppressed_by));
	for (size_t i = 0; i < count; i++) {
		struct finding_suppression *by = &finding->suppressed_by[i];
		size_t place = read_enter(reader, "suppressed_by", (int64_t)i);
		json_t *entry = read_entry(reader, array, i);
		uint64_t index = read_count(reader, entry, "suppression", UINT32_MAX);

		if (index >= reader->report->suppression_count) {
			read_fail(reader, "suppression", "there is no such suppression");
			return;
		}
		by->suppression = (uint32_t)index;
		by->count = read_count(reader, entry, "count", UINT64_MAX);
		finding->suppressed_by_count = i + 1;
		read_leave(reader, place);
	}
}

void read_finding_known(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	const char *names[BASELINE_STATE_COUNT];
	json_t *baseline = read_object(reader, object, "baseline");

	for (unsigned int state = 0; state < BASELINE_STATE_COUNT; state++)
		names[state] = baseline_state_name(state);
	read_suppressed_by(reader, object, finding);
	finding->baseline =
		read_enum(reader, baseline, "state", names, BASELINE_STATE_COUNT, BASELINE_NONE);
	finding->baseline_allowed = read_count(reader, baseline, "allowed", UINT64_MAX);
}
