/* SPDX-License-Identifier: MIT */
/* --spread-numbers: no number is given twice, nothing else is different, and where it ends is told.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/fixtures/expect.h"
#include "watch.h"

#define SPREAD FIXTURE("spread")
#define SELECT FIXTURE("spread_select")

TestSuite(spread, .init = run_init, .fini = run_fini);

/* The fixture's case with the option, all kinds counted: it found nothing wrong, and left nothing.
 */
static struct watched spread_watch(const char *name)
{
	const char *fixture = strcmp(name, "select") == 0 ? SELECT : SPREAD;
	struct watched watched = WATCH("--spread-numbers", "--kinds", "all", "--", fixture, name);

	if (run_status(&watched.run) == SKIPPED)
		cr_skip_test("%s", name);
	cr_assert_eq(run_status(&watched.run), 0, "%s: %s", name, watched.run.err);
	return watched;
}

/* Does a diagnostic say that numbers were given again, with this word? NULL: is there none? */
static void again_check(const struct watched *watched, const char *word)
{
	json_t *diagnostic;
	bool is_told = false;
	size_t i;

	json_array_foreach(report_at(watched->report, "diagnostics"), i, diagnostic)
	{
		if (strcmp(report_text(diagnostic, "code"), "numbers-given-again") != 0)
			continue;
		cr_expect(word && strstr(report_text(diagnostic, "text"), word), "%s",
			  report_text(diagnostic, "text"));
		is_told = true;
	}
	cr_expect_eq(is_told, word != NULL, "%s", watched->run.err);
}

Test(spread, no_number_is_given_twice)
{
	struct run alone = RUN(SPREAD, "twice");
	struct watched watched = spread_watch("twice");

	cr_expect_eq(run_status(&alone), 2, "without the option numbers are given again");
	again_check(&watched, NULL);
}

Test(spread, a_stale_close_is_told_where_it_is_made)
{
	struct run alone = RUN(SPREAD, "stale");
	struct watched watched = spread_watch("stale");
	json_t *finding = report_at(watched.report, "findings/0");

	cr_expect_eq(run_status(&alone), 2, "without the option it closes a stranger");
	cr_assert_eq(json_array_size(report_at(watched.report, "findings")), 1);
	cr_expect_str_eq(report_text(finding, "type"), "double-close");
	again_check(&watched, NULL);
}

/* What the report says of the option, where without it the place can only be guessed. */
Test(spread, a_call_that_could_not_be_named_is_named)
{
	static const struct {
		const char *name,
			*role; /* of the line that the fixture prints for the wrong call */
	} all[] = { { "stale_close", "closed-before" },
		    { "stale_close_before_use", "closed" },
		    { "odd_close", "here" } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct watched guessed = WATCH("--", FIXTURE("misuse"), all[i].name);
		struct watched named =
			WATCH("--spread-numbers", "--", FIXTURE("misuse"), all[i].name);
		json_t *finding = report_finding(named.report, "close", "socket");
		char expected[64];
		const char *printed;
		int line = 0;

		cr_expect(strstr(guessed.run.err, "--spread-numbers"), "%s", guessed.run.err);
		(void)snprintf(expected, sizeof(expected), "at %s ", all[i].role);
		printed = strstr(named.run.out, expected);
		cr_assert(printed && sscanf(printed + strlen(expected), "%d", &line) == 1);
		cr_expect_str_eq(report_text(finding, "type"), "double-close", "%s", named.run.err);
		cr_expect_eq(report_number(finding, "remedy/line"), line, "%s", named.run.err);
	}
}

Test(spread, what_has_its_number_for_a_reason_keeps_it)
{
	spread_watch("stays");
}

Test(spread, a_child_goes_on_with_its_parents_numbers)
{
	struct watched watched = spread_watch("fork");

	again_check(&watched, NULL);
}

Test(spread, threads_do_not_share_a_number)
{
	struct watched watched = spread_watch("threads");

	again_check(&watched, NULL);
}

Test(spread, where_it_ends_is_told)
{
	static const struct {
		const char *name, *word;
	} all[] = { { "limit", "limit of open files" },
		    { "select", "select()" },
		    { "lock", "locks of fcntl()" },
		    { "filter", "seccomp" } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct run alone = RUN(SELECT, all[i].name);
		struct watched watched = spread_watch(all[i].name);

		cr_expect_eq(run_status(&alone), 0, "%s: %s", all[i].name, alone.err);
		again_check(&watched, all[i].word);
	}
}

/* The bare form, and what an exec goes on with. */
Test(spread, bare_and_behind_an_exec)
{
	struct run run =
		RUN_WITH(((struct run_options){
				 .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
							 "UNCLOSED_OPTIONS=spread-numbers") }),
			 "sh", "-c", "exec 9</dev/null; exec 9<&-; exec \"$0\" twice", SPREAD);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}
