/* SPDX-License-Identifier: MIT */
#include "report/json_reader.h"

#include "report/json_value.h"

static void read_shard(struct json_reader *reader, const json_t *object, struct report_shard *shard)
{
	const char *name = read_text(reader, object, "name");

	shard->name = name ? name : "?";
	shard->session_id = read_text(reader, object, "session");
	shard->command = read_texts(reader, object, "command", &(size_t){ 0 });
	shard->exit = read_exit(reader, object);
	shard->verdict =
		read_enum(reader, object, "verdict", json_verdicts, VERDICT_COUNT, VERDICT_ERROR);
	shard->is_complete = read_bool(reader, object, "complete", false);
	shard->exit_status = read_int(reader, object, "exit_status", 0);
	shard->exit_reason =
		read_enum(reader, object, "exit_reason", json_reasons, REASON_COUNT, REASON_ERROR);
}

void read_shards(struct json_reader *reader, const json_t *root)
{
	struct report *report = reader->report;
	size_t count;
	json_t *array = read_array(reader, root, "merged", &count);

	report->shards = report_alloc(report, count * sizeof(*report->shards));
	report->shard_count = count;
	for (size_t i = 0; i < count; i++) {
		size_t place = read_enter(reader, "merged", (int64_t)i);

		read_shard(reader, read_entry(reader, array, i), &report->shards[i]);
		read_leave(reader, place);
	}
}

void read_shares(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	size_t count;
	json_t *array = read_array(reader, object, "shards", &count);

	finding->shares = report_alloc(reader->report, count * sizeof(*finding->shares));
	for (size_t i = 0; i < count; i++) {
		struct finding_share *share = &finding->shares[i];
		size_t place = read_enter(reader, "shards", (int64_t)i);
		json_t *entry = read_entry(reader, array, i);
		uint64_t index = read_count(reader, entry, "shard", UINT32_MAX);

		if (index >= reader->report->shard_count) {
			read_fail(reader, "shard", "there is no such shard");
			return;
		}
		share->shard = (uint32_t)index;
		share->count = read_count(reader, entry, "count", UINT64_MAX);
		share->counted = read_count(reader, entry, "counted", UINT64_MAX);
		finding->share_count = i + 1;
		read_leave(reader, place);
	}
}
