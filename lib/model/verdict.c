/* SPDX-License-Identifier: MIT */
/* Verdict and exit status, from the sums of a report. */
#include "model/verdict.h"

#include <string.h>

static int own_status(const struct report_exit *ended)
{
	return ended->is_signaled ? 128 + ended->signal : ended->status;
}

bool report_is_damaged(const struct report *report)
{
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (report->diagnostics[i].level == DIAGNOSTIC_ERROR && report->diagnostics[i].code &&
		    strcmp(report->diagnostics[i].code, "ledger-damaged") == 0)
			return true;
	return false;
}

/* Does nothing count but misuse? */
static bool is_misuse_alone(const struct report *report)
{
	bool is_misuse = false;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].counted == 0)
			continue;
		switch (report->findings[i].type) {
		case FINDING_LEAK:
		case FINDING_CLOSED_BY_GC:
		case FINDING_EXEC_INHERITED:
		case FINDING_EXPECTED_CLOSED:
			return false;
		default:
			is_misuse = true;
			break;
		}
	}
	return is_misuse;
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

/*
 * Of a program that runs nothing is ever clean: what it does next is not known. It has failed
 * where something counts.
 */
static void live_verdict_find(struct report *report, const struct options *options)
{
	bool is_lost = report->records_lost > 0 || report_is_damaged(report);

	report->verdict = is_lost           ? VERDICT_ERROR
			  : report->counted ? VERDICT_LEAKS
					    : VERDICT_INCOMPLETE;
	report->exit_reason = is_lost           ? REASON_LOST
			      : report->counted ? REASON_LEAKS
						: REASON_RUNNING;
	report->exit_status = is_lost ? 125 : report->counted ? (int)options->error_exitcode : 0;
}

void verdict_find(struct report *report, const struct options *options, bool is_program_covered,
		  bool is_stale)
{
	const struct report_exit *ended = &report->exit;
	bool is_uncovered = has_failed_cover(report, options, is_program_covered);
	bool is_lost = report->records_lost > 0;

	/* What was overwritten may be taken for a leak as well as for none. */
	bool is_damaged = report_is_damaged(report);

	if (report->is_live) {
		live_verdict_find(report, options);
		return;
	}
	report->verdict = is_damaged ? VERDICT_ERROR
			  : report->counted
				  ? (is_misuse_alone(report) ? VERDICT_MISUSE : VERDICT_LEAKS)
			  : is_uncovered || is_lost ? VERDICT_ERROR
			  : !report->is_complete    ? VERDICT_INCOMPLETE
			  : is_stale                ? VERDICT_STALE
						    : VERDICT_CLEAN;

	/* A leak never hides a failing test, unless leaks alone are asked for. */
	if (options->exit_status == EXIT_FROM_PROGRAM && ended->is_known &&
	    own_status(ended) != 0) {
		report->exit_status = own_status(ended);
		report->exit_reason = REASON_PROGRAM;
	} else if (is_damaged) {
		report->exit_status = 125;
		report->exit_reason = REASON_LOST;
	} else if (report->counted) {
		report->exit_status = (int)options->error_exitcode;
		report->exit_reason = is_misuse_alone(report) ? REASON_MISUSE : REASON_LEAKS;
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
