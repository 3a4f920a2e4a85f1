/* SPDX-License-Identifier: MIT */
/* --gate growing: a soak test fails where a number grows, and where it only is high it does not. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define SOAK FIXTURE("soak")

TestSuite(growth, .init = run_init, .fini = run_fini);

static const char *word_of(const struct watched *watched)
{
	return report_text(report_at(watched->report, "findings/0"), "growth/word");
}

Test(growth, a_leak_fails)
{
	static const char *const names[] = { "leak", "ends", "workers" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct watched watched = WATCH("--gate", "growing", "--", SOAK, names[i]);

		cr_expect_eq(run_status(&watched.run), 23, "%s: %s", names[i], watched.run.err);
		cr_expect_str_eq(word_of(&watched), "growing", "%s: %s", names[i], watched.run.err);
		cr_expect(strstr(watched.run.err, "Their number grew by "), "%s", watched.run.err);
	}
}

Test(growth, traffic_and_a_pool_do_not)
{
	static const char *const names[] = { "traffic", "pool" };
	static const char *const words[] = { "steady", "stopped" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct watched watched = WATCH("--gate", "growing", "--", SOAK, names[i]);

		cr_expect_eq(run_status(&watched.run), 0, "%s: %s", names[i], watched.run.err);
		cr_expect_str_eq(word_of(&watched), words[i], "%s: %s", names[i], watched.run.err);
		cr_expect_gt(report_number(watched.report, "findings/0/noted"), 0);
		cr_expect(strstr(watched.run.err, "the number from here was not seen to grow"), "%s",
			  watched.run.err);
	}
}

/* The worse of two words stands, and what both know of those that were closed. */
Test(growth, merged)
{
	const char *one = run_path("one.json"), *two = run_path("two.json"),
		   *both = run_path("both.json");
	struct watched watched = { 0 };
	json_t *report;

	watched.run = RUN(UNCLOSED_PROGRAM, "--gate", "growing", "--json", one, "--", SOAK, "pool");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	watched.run = RUN(UNCLOSED_PROGRAM, "--gate", "growing", "--json", two, "--", SOAK, "leak");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	watched.run = RUN(UNCLOSED_PROGRAM, "merge", one, two, "--json", both);
	report = report_load(both);
	cr_expect_str_eq(report_text(report, "findings/0/growth/word"), "growing");
	cr_expect_eq(report_number(report, "findings/0/growth/closed"), 240);
	cr_expect_eq(report_number(report, "findings/0/counted"), 30);
	cr_expect(strstr(watched.run.err, "Their number grew by "), "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "did not grow"), "%s", watched.run.err);
	json_decref(report);
}

/* Its peer is gone, and any other gate would count it. */
Test(growth, what_is_proven_does_not_count)
{
	struct run run =
		RUN(UNCLOSED_PROGRAM, "--gate", "growing", SAMPLES "/c/server_forgets_connection");

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}
