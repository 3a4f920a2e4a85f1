/* SPDX-License-Identifier: MIT */
/* One order decides the verdict and the status: the table of README and unclosed(1). */
#include <criterion/criterion.h>

#include "model/verdict.h"

/* What a run came to, and what is to be said of it. */
struct row {
	const char *what;
	int program;     /* its status */
	bool is_covered; /* PROGRAM */
	unsigned int uncovered, lost, counted;
	bool is_complete, is_stale;
	enum policy policy; /* --uncovered */
	enum report_verdict verdict;
	enum exit_reason reason;
	int status;
};

static const struct row rows[] = {
	/* clang-format off */
	{ "clean", 0, true, 0, 0, 0, true, false, POLICY_NOTE, VERDICT_CLEAN, REASON_CLEAN, 0 },
	{ "stale", 0, true, 0, 0, 0, true, true, POLICY_NOTE, VERDICT_STALE, REASON_STALE, 23 },
	{ "a leak", 0, true, 0, 0, 1, true, false, POLICY_NOTE, VERDICT_LEAKS, REASON_LEAKS, 23 },
	{ "a leak, and records lost", 0, true, 0, 9, 1, false, false, POLICY_NOTE, VERDICT_LEAKS, REASON_LEAKS, 23 },
	{ "a leak of a child, program not covered", 0, false, 1, 0, 1, false, false, POLICY_NOTE, VERDICT_LEAKS, REASON_LEAKS, 23 },
	{ "program failed with a leak", 3, true, 0, 0, 1, true, false, POLICY_NOTE, VERDICT_LEAKS, REASON_PROGRAM, 3 },
	{ "program failed, not covered", 3, false, 1, 0, 0, false, false, POLICY_NOTE, VERDICT_ERROR, REASON_PROGRAM, 3 },
	{ "program not covered", 0, false, 1, 0, 0, false, false, POLICY_NOTE, VERDICT_ERROR, REASON_UNCOVERED, 125 },
	{ "program not covered, ignored", 0, false, 1, 0, 0, false, false, POLICY_IGNORE, VERDICT_ERROR, REASON_UNCOVERED, 125 },
	{ "a child not covered", 0, true, 1, 0, 0, false, false, POLICY_NOTE, VERDICT_INCOMPLETE, REASON_CLEAN, 0 },
	{ "a child not covered, ignored", 0, true, 1, 0, 0, false, false, POLICY_IGNORE, VERDICT_INCOMPLETE, REASON_CLEAN, 0 },
	{ "a child not covered, counted", 0, true, 1, 0, 0, false, false, POLICY_FAIL, VERDICT_ERROR, REASON_UNCOVERED, 125 },
	{ "records lost", 0, true, 0, 1, 0, false, false, POLICY_NOTE, VERDICT_ERROR, REASON_LOST, 125 },
	{ "records lost, children ignored", 0, true, 1, 1, 0, false, false, POLICY_IGNORE, VERDICT_ERROR, REASON_LOST, 125 },
	{ "not checked, or running still", 0, true, 0, 0, 0, false, false, POLICY_NOTE, VERDICT_INCOMPLETE, REASON_CLEAN, 0 },
	{ "failed and not checked", 4, true, 0, 0, 0, false, false, POLICY_NOTE, VERDICT_INCOMPLETE, REASON_PROGRAM, 4 },
	/* clang-format on */
};

/* Of what runs on nothing is clean, whatever counts. */
Test(verdict, of_programs_that_run)
{
	static const struct {
		unsigned int lost, counted;
		enum report_verdict verdict;
		enum exit_reason reason;
		int status;
	} live[] = {
		{ 0, 0, VERDICT_INCOMPLETE, REASON_RUNNING, 0 },
		{ 0, 1, VERDICT_LEAKS, REASON_LEAKS, 23 },
		{ 1, 1, VERDICT_ERROR, REASON_LOST, 125 },
	};

	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		struct report report = { .is_live = true,
					 .is_complete = true,
					 .records_lost = live[i].lost,
					 .counted = live[i].counted };
		struct options options;

		options_init(&options);
		verdict_find(&report, &options, true, false);
		cr_expect_eq(report.verdict, live[i].verdict, "%zu", i);
		cr_expect_eq(report.exit_reason, live[i].reason, "%zu", i);
		cr_expect_eq(report.exit_status, live[i].status, "%zu", i);
	}
}

Test(verdict, one_order_decides)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct report report = {
			.exit = { .is_known = true, .status = row->program },
			.uncovered_count = row->uncovered,
			.covered_count = row->is_covered,
			.records_lost = row->lost,
			.counted = row->counted,
			.is_complete = row->is_complete,
		};
		struct options options;

		options_init(&options);
		options.uncovered = row->policy;
		verdict_find(&report, &options, row->is_covered, row->is_stale);
		cr_expect_eq(report.verdict, row->verdict, "%s", row->what);
		cr_expect_eq(report.exit_reason, row->reason, "%s", row->what);
		cr_expect_eq(report.exit_status, row->status, "%s", row->what);
	}
}
