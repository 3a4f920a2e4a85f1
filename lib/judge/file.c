/* SPDX-License-Identifier: MIT */
/* The ledger in a file, from opening it to its report. */
#include "judge/judge.h"

#include <errno.h>

#include "base/rights.h"
#include "judge/live.h"
#include "judge/rights.h"

int judge_snapshot(struct report *report, struct snapshot *snapshot,
		   const struct judge_context *context, const char **ret_why)
{
	struct symbolizer *kept = context->live ? context->live->symbolizer : NULL;
	struct symbolizer *symbolizer =
		kept ? kept : symbolizer_new(context->options->is_debuginfod);
	int result;

	if (!symbolizer)
		return -ENOMEM;
	if (context->ledger_fd > 0)
		judge_rights_limit(context, context->ledger_fd);
	symbolizer_allow(symbolizer, judge_module_is_ours, report);
	result = judge(report, snapshot, symbolizer, context, ret_why);
	rights_limit(NULL);
	if (!kept)
		symbolizer_free(symbolizer);
	return result;
}

int judge_file(struct report *report, const char *path, const struct judge_context *context,
	       const char **ret_why)
{
	struct snapshot snapshot;
	int result = context->ledger_fd > 0
			     ? snapshot_load_from(&snapshot, context->ledger_fd, ret_why)
			     : snapshot_load(&snapshot, path, ret_why);

	if (result < 0)
		return result;
	result = judge_snapshot(report, &snapshot, context, ret_why);
	snapshot_unload(&snapshot);
	return result;
}
