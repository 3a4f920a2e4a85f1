/* SPDX-License-Identifier: MIT */
/* Verdict and exit status, from the sums of a report. */
#include "model/verdict.h"

static int own_status(const struct report_exit *ended)
{
	return ended->is_signaled ? 128 + ended->signal : ended->status;
}

/* Did something that had to be covered escape? */
static bool has_failed_cover(const struct report *report, const struct options *options,
			     bool is_program_covered)
{
	bool is_nothing_judged =
		report->skipped_count > 0 && report->covered_count + report->uncovered_count == 0;

	return !is_program_covered || is_nothing_judged ||
	       (report->uncovered_count && options->uncovered >= POLICY_COUNT);
}

void verdict_find(struct report *report, const struct options *options, bool is_program_covered,
		  bool is_stale)
{
	const struct report_exit *ended = &report->exit;
	bool is_uncovered = has_failed_cover(report, options, is_program_covered);

	bool is_lost = report->records_lost > 0;

	report->verdict = report->counted           ? VERDICT_LEAKS
			  : is_uncovered || is_lost ? VERDICT_ERROR
			  : !report->is_complete    ? VERDICT_INCOMPLETE
			  : is_stale                ? VERDICT_STALE
						    : VERDICT_CLEAN;

	/* A leak never hides a failing test, unless leaks alone are asked for. */
	if (options->exit_status == EXIT_FROM_PROGRAM && ended->is_known &&
	    own_status(ended) != 0) {
		report->exit_status = own_status(ended);
		report->exit_reason = REASON_PROGRAM;
	} else if (report->counted) {
		report->exit_status = (int)options->error_exitcode;
		report->exit_reason = REASON_LEAKS;
	} else if (is_uncovered) {
		report->exit_status = 125;
		report->exit_reason = REASON_UNCOVERED;
	} else if (is_lost) {
		report->exit_status = 125;
		report->exit_reason = REASON_LOST;
	} else if (is_stale) {
		report->exit_status = (int)options->error_exitcode;
		report->exit_reason = REASON_STALE;
	} else {
		report->exit_status = 0;
		report->exit_reason = REASON_CLEAN;
	}
}
