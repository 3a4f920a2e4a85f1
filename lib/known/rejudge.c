/* SPDX-License-Identifier: MIT */
/* A report that was judged before, with other rules. */
#include <string.h>

#include "known/known.h"
#include "model/verdict.h"

/* The review says again what it said before, as far as it still holds. */
static void reviewed_forget(struct report *report)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->diagnostic_count; i++) {
		const char *code = report->diagnostics[i].code;

		if (!code || (strncmp(code, "suppression-", strlen("suppression-")) != 0 &&
			      strncmp(code, "baseline-", strlen("baseline-")) != 0))
			report->diagnostics[kept++] = report->diagnostics[i];
	}
	report->diagnostic_count = kept;
}

static bool is_program_covered(const struct report *report)
{
	for (size_t i = 0; i < report->shard_count; i++)
		if (report->shards[i].verdict == VERDICT_ERROR &&
		    report->shards[i].exit_reason != REASON_LOST)
			return false;
	return report->shard_count > 0 ||
	       (report->process_count > 0 &&
		report_process_last(report, report->processes)->is_covered);
}

void report_recount(struct report *report, struct known *known, const struct options *options)
{
	reviewed_forget(report);
	findings_order(report);
	findings_sum(report);
	verdict_find(report, options, is_program_covered(report),
		     known_review(known, report, options));
}

void report_rejudge(struct report *report, struct known *known, const struct options *options)
{
	known_apply(known, report, NULL, NULL);
	known_accept(known, report, is_program_covered(report));
	report_recount(report, known, options);
}
