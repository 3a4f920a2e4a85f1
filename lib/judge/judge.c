/* SPDX-License-Identifier: MIT */
/* The order of work of the judge, from a ledger to a report with a verdict. */
#include "judge/judge.h"

#include <errno.h>

#include "judge/find/find.h"
#include "model/verdict.h"

/*
 * Budgets, by what the ledger can hold. Views: 10 000 forked children of a
 * process with 10 000 descriptors fit; at 50 ns each that is some seconds.
 */
#define VIEWS_LEAST (UINT64_C(1) << 24)
#define RECORDS_LEAST 1024

int judge(struct report *report, struct snapshot *snapshot, struct symbolizer *symbolizer,
	  const struct judge_context *context, const char **ret_why)
{
	struct judge judge = {
		.report = report,
		.snapshot = snapshot,
		.ledger = &snapshot->ledger,
		.symbolizer = symbolizer,
		.context = context,
		.options = context->options,
		.view_budget = VIEWS_LEAST + snapshot->data_bytes / 8,
		/* Stacks are read twice, for damage too; lists of pairs also for siblings and growth. */
		.record_budget = RECORDS_LEAST + snapshot->data_bytes / 4,
	};

	if (context->live)
		judge.now_ns =
			context->now_monotonic_ns - snapshot->ledger.header->started_monotonic_ns;
	session_describe(&judge);
	lives_read(&judge);
	if (judge.life_count == 0 || !judge.lives[0].is_program) {
		*ret_why = "no first process";
		return -EPROTO;
	}
	damage_find(&judge);
	processes_describe(&judge);
	filters_open(&judge);
	scopes_read(&judge);
	crossings_find(&judge);
	leaks_find(&judge);
	memory_find(&judge);
	gc_find(&judge);
	events_find(&judge);
	limits_find(&judge);
	kin_find(&judge);
	groups_finish(&judge);
	known_find(&judge);
	processes_count(&judge);
	report->exit = judge.lives[0].exit;
	totals_count(&judge);
	known_accept(context->known, report, judge.lives[0].is_covered);
	findings_order(report);
	findings_sum(report);
	modules_diagnose(&judge);
	spread_describe(&judge);
	verdict_find(report, context->options, judge.lives[0].is_covered,
		     known_review(context->known, report, context->options));
	return 0;
}
