/* SPDX-License-Identifier: MIT */
/* In each framework a suite of fifty tests, one of which leaks: that one is named and fails. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

TestSuite(frameworks, .init = run_init, .fini = run_fini);

/* Criterion's workers know what they are by this; these tests are such a worker. */
static const struct run_options outside = { .environment =
						    (const char *const[]){ "BXFI_MAP", NULL } };

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

/* The report blames this test alone, and all are in it. */
static void blame_check(const struct watched *watched, const char *name, size_t count)
{
	json_t *scopes = report_at(watched->report, "scopes"), *scope;
	size_t i, guilty = 0;

	cr_expect_eq(json_array_size(scopes), count, "%zu tests", json_array_size(scopes));
	json_array_foreach(scopes, i, scope)
	{
		if (report_number(scope, "left") == 0 && report_number(scope, "leaked") == 0)
			continue;
		guilty++;
		cr_expect_str_eq(report_text(scope, "name"), name);
		cr_expect_eq(report_number(scope, "id"),
			     report_number(watched->report, "findings/0/scopes/0"));
		cr_expect_gt(report_number(scope, "line"), 0);
	}
	cr_expect_eq(guilty, 1, "%s", watched->run.err);
	cr_expect_eq(json_array_size(report_at(watched->report, "findings")), 1, "%s",
		     watched->run.err);
}

static void criterion_check(const char *kinds)
{
	struct watched watched =
		WATCH_WITH(outside, "--kinds", kinds, "--", FIXTURE("criterion_fifty"));
	const char *err = watched.run.err;

	cr_expect_eq(run_status(&watched.run), 1, "%s", err);
	cr_expect(strstr(err, "Tested: 50 | Passing: 49 | Failing: 1 | Crashing: 0"), "%s", err);
	cr_expect(strstr(err, "[FAIL] plain::leaks"), "%s", err);
	cr_expect(strstr(err, "plain::leaks: left 1 descriptor open: socket() gave"), "%s", err);
	cr_expect_eq(occurrences(err, "[FAIL]"), 1, "%s", err);
	cr_expect(strstr(err, "in test plain::leaks (tests/fixtures/frameworks/criterion_fifty.c"),
		  "%s", err);
	cr_expect_null(strstr(err, "libunclosed"), "our own frame: %s", err);
	blame_check(&watched, "plain::leaks", 50);
}

Test(frameworks, criterion)
{
	struct run run = RUN_WITH(outside, FIXTURE("criterion_fifty"));

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	criterion_check("socket");
}

/* Nothing that Criterion opens for itself is blamed on anybody. */
Test(frameworks, criterion_all_kinds)
{
	criterion_check("all");
}

/* By itself the run fails; Criterion is not told. */
Test(frameworks, criterion_told_by_report_alone)
{
	struct watched watched =
		WATCH_WITH(outside, "--fail-tests", "never", "--", FIXTURE("criterion_fifty"));
	struct watched gate =
		WATCH_WITH(outside, "--gate", "none", "--", FIXTURE("criterion_fifty"));

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "Passing: 50"), "%s", watched.run.err);
	blame_check(&watched, "plain::leaks", 50);
	cr_expect_eq(run_status(&gate.run), 0, "%s", gate.run.err);
}
