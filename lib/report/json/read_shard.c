/* SPDX-License-Identifier: MIT */
/* The shards of a merged JSON report, and the shares that findings have of them. */
#include "report/json/reader.h"

#include "report/json/json.h"

static void read_shard(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_shard *shard = ret_entry;
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

	report->shards = read_list(reader, root, "merged", sizeof(*report->shards), read_shard,
				   &report->shard_count);
}

static void read_share(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct finding_share *share = ret_entry;
	uint64_t index = read_count(reader, object, "shard", UINT32_MAX);

	if (index >= reader->report->shard_count)
		read_fail(reader, "shard", "there is no such shard");
	share->shard = (uint32_t)index;
	share->count = read_count(reader, object, "count", UINT64_MAX);
	share->counted = read_count(reader, object, "counted", UINT64_MAX);
}

void read_shares(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	finding->shares = read_list(reader, object, "shards", sizeof(*finding->shares), read_share,
				    &finding->share_count);
}
