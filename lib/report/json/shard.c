/* SPDX-License-Identifier: MIT */
/* The shards of a merged report for JSON, and the shares that findings have of them. */
#include "report/json/json.h"

static json_t *json_shard(const struct report_shard *shard)
{
	json_t *object = json_object(), *command = json_array();

	json_add_text(object, "name", shard->name);
	json_add_text(object, "session", shard->session_id);
	for (const char **word = shard->command; word && *word; word++)
		json_append(command, json_text(*word));
	json_add(object, "command", command);
	json_add(object, "exit", json_exit(&shard->exit));
	json_add_text(object, "verdict", json_verdicts[shard->verdict]);
	json_add(object, "complete", json_boolean(shard->is_complete));
	json_add(object, "exit_status", json_integer(shard->exit_status));
	json_add_text(object, "exit_reason", json_reasons[shard->exit_reason]);
	return object;
}

void json_add_shards(json_t *root, const struct report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->shard_count; i++)
		json_append(array, json_shard(&report->shards[i]));
	json_add(root, "merged", array);
}

void json_add_shares(json_t *object, const struct report *report, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->share_count; i++) {
		const struct finding_share *share = &finding->shares[i];
		json_t *entry = json_object();

		json_add_number(entry, "shard", share->shard);
		json_add_text(entry, "name", report->shards[share->shard].name);
		json_add_number(entry, "count", share->count);
		json_add_number(entry, "counted", share->counted);
		json_append(array, entry);
	}
	json_add(object, "shards", array);
}
