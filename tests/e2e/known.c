/* SPDX-License-Identifier: MIT */
/* What is known does not fail a run: rules, baselines, and reports put side by side. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define KNOWN FIXTURE("known")

static void known_init(void)
{
	run_init();
	cr_assert_eq(chdir(run_path("")), 0);
}

TestSuite(known, .init = known_init, .fini = run_fini);

static const char *write_file(const char *name, const char *text)
{
	const char *path = run_path(name);
	FILE *file = fopen(path, "we");

	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	return path;
}

/* The function that a finding is known by here: the one that called open_one(). */
static const char *place_of(json_t *finding)
{
	return report_text(finding, "stack/1/function");
}

static json_t *finding_of(json_t *report, const char *place)
{
	json_t *finding;
	size_t i;

	json_array_foreach(report_at(report, "findings"), i, finding)
	{
		if (strcmp(place_of(finding), place) == 0)
			return finding;
	}
	cr_assert_fail("no finding in %s()", place);
	return NULL;
}

static void expect_counts(json_t *report, const char *place, int counted, int suppressed,
			  int baselined)
{
	json_t *finding = finding_of(report, place);

	cr_expect_eq(report_number(finding, "counted"), counted, "%s", place);
	cr_expect_eq(report_number(finding, "suppressed"), suppressed, "%s", place);
	cr_expect_eq(report_number(finding, "baselined"), baselined, "%s", place);
}

static void expect_text(const char *text, const char *wanted)
{
	cr_expect_not_null(strstr(text, wanted), "'%s' is not in:\n%s", wanted, text);
}

/* One is suppressed, another accepted, the third is new: the run fails for that one. */
Test(known, fails_on_exactly_the_new_one)
{
	const char *rules = write_file("known.supp", "leak:^start$\n    reason: lives on\n");
	const char *baseline = run_path("known.json");
	struct watched watched = WATCH("--suppressions", rules, "--baseline", baseline,
				       "--update-baseline", "--", KNOWN, "start", "pool");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	watched = WATCH("--suppressions", rules, "--baseline", baseline, "--", KNOWN, "start",
			"pool");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	watched = WATCH("--suppressions", rules, "--baseline", baseline, "--", KNOWN, "start",
			"pool", "fresh");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	expect_counts(watched.report, "start", 0, 1, 0);
	expect_counts(watched.report, "pool", 0, 0, 1);
	expect_counts(watched.report, "fresh", 1, 0, 0);
	cr_expect_str_eq(place_of(report_at(watched.report, "findings/0")), "fresh");
	cr_expect_str_eq(report_text(watched.report, "findings/0/baseline/state"), "new");
	cr_expect_str_eq(report_text(finding_of(watched.report, "start"), "suppressed_by/0/rule"),
			 "leak:^start$");
	expect_text(watched.run.err, "1 suppressed by leak:^start$");
	expect_text(watched.run.err, "lives on");
	expect_text(watched.run.err, "1 in the baseline");
	expect_text(watched.run.err, "1 leaked socket from 1 place");
}

Test(known, more_of_a_known_one_fails)
{
	const char *baseline = run_path("known.json");
	struct watched watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN,
				       "pool", "pool", "start");

	watched = WATCH("--baseline", baseline, "--", KNOWN, "pool", "pool", "pool", "start");
	cr_expect_eq(run_status(&watched.run), 23);
	expect_counts(watched.report, "pool", 1, 0, 2);
	cr_expect_str_eq(report_text(watched.report, "findings/0/baseline/state"), "more");
	watched = WATCH("--baseline", baseline, "--", KNOWN, "pool");
	cr_expect_eq(run_status(&watched.run), 0);
	expect_text(watched.run.err, "2 of 2 places");
	expect_text(watched.run.err, "note: better than the baseline: 1 ");
	expect_text(watched.run.err, " and 1 more place (-v lists them)");
	watched = WATCH("--baseline", baseline, "--stale-baseline=fail", "--", KNOWN, "pool");
	cr_expect_eq(run_status(&watched.run), 23);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "stale");
	watched =
		WATCH("--baseline", baseline, "--stale-baseline=fail", "--", KNOWN, "pool", "fail");
	cr_expect_eq(run_status(&watched.run), 3);
	/* What got better is taken over, and holds from then on. */
	watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN, "pool");
	cr_expect_eq(run_status(&watched.run), 0);
	watched = WATCH("--baseline", baseline, "--", KNOWN, "pool", "pool");
	cr_expect_eq(run_status(&watched.run), 23);
}

/* In a stripped program nothing is recognised: that is no improvement, and is said. */
Test(known, without_names_nothing_is_gone)
{
	const char *rules =
		write_file("known.supp", "leak:\n    frame: ^start$\n    call: socket\n");
	const char *baseline = run_path("known.json"), *stripped = run_path("known");
	struct run strip = RUN("strip", "-o", stripped, KNOWN);
	struct watched watched;

	if (run_status(&strip) != 0)
		cr_skip("no strip");
	watched = WATCH("--suppressions", rules, "--baseline", baseline, "--update-baseline", "--",
			KNOWN, "pool", "start");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "suppressions/0/rule"),
			 "leak: frame: ^start$");
	watched = WATCH("--baseline", baseline, "--stale-baseline=fail", "--", stripped, "pool");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	expect_text(watched.run.err, "1 of 1 places not found, but new places");
	expect_text(watched.run.err, "known has no function names");
	cr_expect_null(strstr(watched.run.err, "--update-baseline"), "%s", watched.run.err);
	watched = WATCH("--baseline", baseline, "--update-baseline", "--", stripped, "pool");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	expect_text(watched.run.err, "1 of its places will not be recognised in another build");
}

Test(known, a_failed_run_never_empties_a_baseline)
{
	const char *baseline = run_path("known.json"), *before;
	struct watched watched;

	watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN, "fail");
	cr_expect_eq(run_status(&watched.run), 3);
	cr_expect_eq(access(baseline, F_OK), -1, "nothing was found, nothing is made");
	watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN, "pool");
	before = run_read(baseline, NULL);
	watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN, "die");
	cr_expect_eq(run_status(&watched.run), 128 + 6);
	cr_expect_str_eq(run_read(baseline, NULL), before);
	watched = WATCH("--baseline", baseline, "--update-baseline", "--", KNOWN, "fail");
	cr_expect_eq(run_status(&watched.run), 3);
	cr_expect_str_eq(run_read(baseline, NULL), before);
}

/*
 * Four shards, each of which has read the file before one of them writes it: all
 * that they found is in it. Each says when it runs, and waits for the word to go on.
 */
Test(known, shards_that_update_one_baseline_add_up)
{
	static const char script[] =
		"mkfifo ready go; for word in start pool fresh callback; do " UNCLOSED_PROGRAM
		" --baseline all.json --update-baseline -- sh -c "
		"'echo >ready; read go <go; exec \"$0\" \"$1\"' " FIXTURES "/known $word & done; "
		"exec 3<>ready 4<>go; for i in 1 2 3 4; do read line <&3; done; "
		"echo 'go\ngo\ngo\ngo' >&4; wait";
	struct run run = RUN("/bin/sh", "-c", script);
	struct watched watched;

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	watched = WATCH("--baseline", "all.json", "--stale-baseline=fail", "--", KNOWN, "start",
			"pool", "fresh", "callback");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/baselined"), 4);
	watched = WATCH("--baseline", "all.json", "--update-baseline", "--", KNOWN, "pool");
	watched = WATCH("--baseline", "all.json", "--", KNOWN, "pool", "start");
	cr_expect_eq(run_status(&watched.run), 23, "one after the other, the last one wins");
}

/* Rules built into a program, whether it has symbols or not. */
Test(known, rules_built_in)
{
	static const char *const programs[] = { FIXTURE("known_rules"),
						FIXTURE("known_rules_stripped") };

	for (size_t i = 0; i < 2; i++) {
		struct watched watched = WATCH(programs[i], "start");

		expect_text(watched.run.err, "1 suppressed");
		cr_expect_eq(run_status(&watched.run), 0, "%s: %s", programs[i], watched.run.err);
		watched = WATCH(programs[i], "start", "pool");
		cr_expect_eq(run_status(&watched.run), 23);
		cr_expect_eq(report_number(watched.report, "summary/suppressed"), 1);
		cr_expect_eq(report_number(watched.report, "summary/counted"), 1);
	}
}

Test(known, shipped_rules)
{
	struct watched watched = WATCH(KNOWN, "journal");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	watched = WATCH("--no-default-suppressions", "--", KNOWN, "journal");
	cr_expect_eq(run_status(&watched.run), 23);
}

Test(known, leak_rules_never_hide_misuse)
{
	const char *rules = write_file("known.supp", "leak:*\n");
	struct watched watched =
		WATCH("--misuse", "count", "--suppressions", rules, "--", KNOWN, "twice", "pool");

	cr_expect_eq(run_status(&watched.run), 23);
	cr_expect_eq(report_number(watched.report, "summary/counted"), 1);
	cr_expect_str_eq(report_text(watched.report, "findings/0/type"), "double-close");
	expect_text(watched.run.err, "known.supp:1: 'leak:*' is too broad: it matches everything");
}

Test(known, an_allowed_count_and_an_expired_rule)
{
	const char *rules = write_file("known.supp", "leak:^pool$\n"
						     "    count: 2\n"
						     "leak:^start$\n"
						     "    expires: 2020-01-01\n");
	struct watched watched = WATCH("--suppressions", rules, "--", KNOWN, "pool", "pool");

	cr_expect_eq(run_status(&watched.run), 0);
	watched = WATCH("--suppressions", rules, "--", KNOWN, "pool", "pool", "pool", "start");
	cr_expect_eq(run_status(&watched.run), 23);
	expect_counts(watched.report, "pool", 1, 2, 0);
	expect_counts(watched.report, "start", 1, 0, 0);
	expect_text(watched.run.err, "expired on 2020-01-01");
}

Test(known, unused_rules_fail_where_they_are_asked_to)
{
	const char *rules = write_file("known.supp", "leak:^pool$\nleak:nobody\n");
	struct watched watched =
		WATCH("--suppressions", rules, "--unused-suppressions=fail", "--", KNOWN, "pool");

	cr_expect_eq(run_status(&watched.run), 23);
	expect_text(watched.run.err, "known.supp:2: 'leak:nobody' never matched");
	watched = WATCH("--suppressions", rules, "--", KNOWN, "pool");
	cr_expect_eq(run_status(&watched.run), 0);
}

/* What --print-suppressions prints suppresses what was found, and nothing else. */
Test(known, printed_rules_suppress)
{
	const char *rules = run_path("printed.supp");
	struct watched watched = WATCH(run_format("--print-suppressions=%s", rules), "--", KNOWN,
				       "start", "pool", "recurse");

	cr_expect_eq(run_status(&watched.run), 23);
	watched = WATCH("--suppressions", rules, "--unused-suppressions=fail", "--", KNOWN, "start",
			"pool", "recurse");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	watched = WATCH("--suppressions", rules, "--", KNOWN, "fresh");
	cr_expect_eq(run_status(&watched.run), 23);
}

/* In a bare session names are relative to where the program started. */
Test(known, bare_session)
{
	struct run run;

	(void)write_file("known.supp", "leak:^start$\n");
	run = RUN_WITH(
		((struct run_options){
			.environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
						"UNCLOSED_OPTIONS=suppressions=known.supp") }),
		KNOWN, "away", "start");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN_WITH(((struct run_options){
			       .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
						       "UNCLOSED_OPTIONS=suppressions=no.supp") }),
		       KNOWN, "start");
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	expect_text(run.err, "cannot read suppressions 'no.supp'");
}

/* A ledger, and a report that was made before, take rules and baselines as well. */
Test(known, rules_for_what_was_recorded_before)
{
	const char *rules = write_file("known.supp", "leak:^start$\nleak:^pool$\n");
	const char *ledger = run_path("known.ledger"), *json = run_path("first.json");
	struct run run = RUN(UNCLOSED_PROGRAM, "--keep-ledger", ledger, "--json", json, "--", KNOWN,
			     "start", "pool");

	cr_expect_eq(run_status(&run), 23);
	run = RUN(UNCLOSED_PROGRAM, "report", ledger);
	cr_expect_eq(run_status(&run), 23);
	run = RUN(UNCLOSED_PROGRAM, "report", "--suppressions", rules, ledger);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", json, "--suppressions", rules);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", json, "--baseline", json);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}

/* One line with the place of the mistake, before anything runs. */
Test(known, what_cannot_be_read_is_told_before_the_program_starts)
{
	static const struct {
		const char *option, *text, *wanted;
	} cases[] = {
		{ "--suppressions", "leak:a\nrace:b\n", "bad:2:1: 'race'" },
		{ "--suppressions", "{\n   one\n   CoreError:FdNotClosed\n   fun:socket\n}\n",
		  "bad:1:1: this is a suppression of Valgrind's" },
		{ "--suppressions", "leak:a\n    kind: sockets\n",
		  "bad:2:11: 'sockets' is not a kind" },
		{ "--baseline", "{\n\"schema\"", "line 2, column 8" },
		{ "--baseline", "{\"schema\": \"unclosed-baseline/2\"}",
		  "another version, unclosed-baseline/2" },
		{ "--baseline", "{\"schema\": \"other\"}", "neither a baseline nor a JSON report" },
		{ "--baseline",
		  "{\"schema\": \"unclosed-baseline/1\", \"findings\": [{\"place/1\": \"a\", "
		  "\"count\": \"2\"}]}",
		  "findings[0].count: a whole number" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *bad = write_file("bad", cases[i].text);
		struct run run = RUN(UNCLOSED_PROGRAM, cases[i].option, bad, "--", KNOWN);

		cr_expect_eq(run_status(&run), 125, "%s", cases[i].text);
		cr_expect_str_eq(run.out, "", "the program ran");
		expect_text(run.err, cases[i].wanted);
		cr_expect_eq(strchr(run.err, '\n'), run.err + run.err_length - 1, "one line: %s",
			     run.err);
	}
}

Test(known, what_is_not_there_is_told_before_the_program_starts)
{
	static const char *const cases[][4] = {
		{ "--suppressions", "no.supp", NULL, "cannot read suppressions 'no.supp'" },
		{ "--suppressions", "/", NULL, "Is a directory" },
		{ "--baseline", "no.json", NULL, "it does not exist; --update-baseline makes it" },
		{ "--update-baseline", "--quiet", NULL, "needs --baseline FILE" },
		{ "--update-baseline", "--baseline", "/proc/self/no/x.json",
		  "cannot write baseline" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run =
			cases[i][2] ? RUN(UNCLOSED_PROGRAM, cases[i][0], cases[i][1], cases[i][2],
					  "--", KNOWN)
				    : RUN(UNCLOSED_PROGRAM, cases[i][0], cases[i][1], "--", KNOWN);

		cr_expect_eq(run_status(&run), 125, "%s", cases[i][3]);
		cr_expect_str_eq(run.out, "", "the program ran");
		expect_text(run.err, cases[i][3]);
	}
}

static const char *json_of(const char *name, const char *tag, const char *const argv[])
{
	const char *path = run_path(name),
		   *words[16] = { UNCLOSED_PROGRAM, "--json", path, "--tag", tag, "--", KNOWN };
	struct run_child child;

	for (size_t i = 0; argv[i]; i++)
		words[7 + i] = argv[i];
	child = run_start(&(struct run_options){ 0 }, words);
	(void)run_finish(&child);
	return path;
}

/* Redirections of a script end with it; what a program leaves that the script starts counts. */
Test(known, shells_keep_what_a_script_redirects)
{
	const char *script = write_file("redirect.sh", "exec 9>&2 3</dev/null\n"
						       "{ \"$@\"; exit 0; } 4>/dev/null 5>&1\n");
	const char *const shells[] = { "bash", "dash" };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		const char *shell = run_find(shells[i]);
		struct watched watched;

		if (!shell)
			continue;
		watched = WATCH("-k", "all", "--", shell, script, "true");
		cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
		watched = WATCH("-k", "all", "--", shell, script, KNOWN, "start");
		cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
		expect_text(watched.run.err, "1 leaked socket from 1 place");
		watched = WATCH("-k", "all", "--no-default-suppressions", "--", shell, script,
				"true");
		cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	}
}

Test(known, diff)
{
	const char *old =
		json_of("old.json", "a=b", RUN_ARGV("start", "pool", "recurse", "recurse"));
	const char *new = json_of("new.json", "a=b", RUN_ARGV("pool", "pool", "fresh", "recurse"));
	struct run run = RUN(UNCLOSED_PROGRAM, "diff", old, new);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	expect_text(run.out, "new    1 x TCP socket, not connected, never closed: open_one, fresh");
	expect_text(run.out, "more   2 (was 1) x ");
	expect_text(run.out, "fewer  1 (was 2) x ");
	expect_text(run.out, "gone   1 x ");
	expect_text(run.out, "places: 1 new, 1 more, 1 fewer, 1 gone, 0 unchanged");
	run = RUN(UNCLOSED_PROGRAM, "diff", new, new);
	cr_expect_eq(run_status(&run), 0);
	run = RUN(UNCLOSED_PROGRAM, "diff", new);
	cr_expect_eq(run_status(&run), 125);
}

/* Each place once, with its count in each shard; and every command takes the result. */
/* What the siblings became is the sum of the shards, and not what the first of them saw. */
Test(known, merge_adds_up_siblings)
{
	const char *none = run_path("none.json"), *one = run_path("one.json"),
		   *two = run_path("two.json");
	struct run run;

	run = RUN(UNCLOSED_PROGRAM, "--json", one, "--", KNOWN, "mostly", "mostly", "mostly");
	expect_text(run.err, "2 of 3 from here were closed, at ");
	run = RUN(UNCLOSED_PROGRAM, "--json", two, "--", KNOWN, "mostly", "mostly", "mostly",
		  "mostly", "mostly");
	expect_text(run.err, "4 of 5 from here were closed, at ");
	run = RUN(UNCLOSED_PROGRAM, "merge", one, two, "--json", none);
	expect_text(run.err, "[1] 2 × TCP socket");
	expect_text(run.err, "6 of 8 from here were closed, at ");
}

Test(known, merge)
{
	const char *one = json_of("one.json", "shard=1", RUN_ARGV("start", "pool"));
	const char *two = json_of("two.json", "shard=2", RUN_ARGV("pool", "pool", "fail"));
	const char *all = run_path("all.json");
	struct run run = RUN(UNCLOSED_PROGRAM, "merge", one, two, "--json", all);
	json_t *report, *pool;

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	report = report_load(all);
	pool = finding_of(report, "pool");
	cr_expect_eq(json_array_size(report_at(report, "findings")), 2);
	cr_expect_eq(report_number(pool, "count"), 3);
	cr_expect_str_eq(report_text(pool, "shards/0/name"), "shard=1");
	cr_expect_eq(report_number(pool, "shards/0/count"), 1);
	cr_expect_eq(report_number(pool, "shards/1/count"), 2);
	cr_expect_eq(report_number(report, "merged/1/exit/status"), 3);
	expect_text(run.err, "2 reports merged: 4 leaked sockets from 2 places");
	expect_text(run.err, "in shard=1: 1; shard=2: 2");
	expect_text(run.err, "known returned 3");
	json_decref(report);

	run = RUN(UNCLOSED_PROGRAM, "report", all);
	cr_expect_eq(run_status(&run), 23);
	run = RUN(UNCLOSED_PROGRAM, "diff", one, all);
	expect_text(run.out, "0 new, 1 more, 0 fewer, 0 gone, 1 unchanged");
	run = RUN(UNCLOSED_PROGRAM, "merge", all,
		  json_of("three.json", "shard=3", RUN_ARGV("pool")));
	expect_text(run.err, "3 reports merged: 5 leaked sockets from 2 places");
	run = RUN(UNCLOSED_PROGRAM, "--baseline", all, "--", KNOWN, "pool", "pool", "pool");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "merge", one, one);
	cr_expect_eq(run_status(&run), 125, "the same shard twice");
}
