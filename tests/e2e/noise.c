/* SPDX-License-Identifier: MIT */
/* What does not count though it is left open, and that this is told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define LEAK FIXTURES "/leak"
#define SH "/bin/sh", "-c"

TestSuite(noise, .init = run_init, .fini = run_fini);

Test(noise, what_is_ignored_is_told)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--ignore", "call:sock*", LEAK);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "1 left aside by --ignore call:sock*"), "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--ignore", "call:accept*", LEAK);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--ignore", "calls:accept*", LEAK);
	cr_expect_eq(run_status(&run), 125);
}

Test(noise, few_and_young_ones_are_shown)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--min-count", "2", LEAK);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "fewer than 2 in its process"), "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--warm-up", "1h", LEAK);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--min-age", "1h", LEAK);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}

/* A socket that nobody shows to be of no use: the gate for programs with pools. */
Test(noise, the_proven_gate_needs_proof)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--gate", "proven", LEAK);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "no proof"), "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--gate", "proven", SAMPLES "/c/server_forgets_connection");
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
}

Test(noise, programs_are_chosen_by_name)
{
	static const char both[] = LEAK "; exec /bin/true";
	struct run run = RUN(UNCLOSED_PROGRAM, "--", SH, both);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--skip", "leak", "--", SH, both);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--only", "leak", "--", SH, both);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--only", "sh", "--", SH, LEAK "; true");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect(strstr(run.err, "no socket left open in the 1 of 2 processes judged (0 opened"),
		  "%s", run.err);
}

/* An all-clear for what nobody looked at would be a wrong one. */
Test(noise, what_is_left_out_is_no_all_clear)
{
	struct watched watched =
		WATCH("--skip", "leak", "--junit", run_path("junit.xml"), "--github", "--", LEAK);

	cr_expect_eq(run_status(&watched.run), 125, "%s", watched.run.err);
	cr_expect(
		strstr(watched.run.err, "it was not judged (--only, --skip), so nothing is known"),
		"%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "::error title=unclosed::no process was judged"), "%s",
		  watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/skipped"), 1);
	cr_expect(strstr(run_read(run_path("junit.xml"), NULL), "tests=\"2\" failures=\"1\""), "%s",
		  run_read(run_path("junit.xml"), NULL));
	watched = WATCH("--only", "leak", "--", SH, LEAK "; true");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "1 of 1 process covered, 1 more not judged"), "%s",
		  watched.run.err);
}

static int summary(const char *path, const char *what)
{
	return (int)report_number(report_load(path), run_format("summary/%s", what));
}

/* A report that was made before is filtered as the ledger is that it was made of. */
Test(noise, a_json_report_is_filtered_like_its_ledger)
{
	static const char *const cases[][2] = {
		{ "--ignore", "call:sock*" }, { "--ignore", "call:accept*" },
		{ "--ignore", "fd:*" },       { "--ignore", "peer:*" },
		{ "--min-count", "2" },       { "--min-count", "3" },
		{ "--warm-up", "1h" },        { "--min-age", "1h" },
		{ "--skip", "leak" },         { "--only", "leak" },
		{ "--only", "known" },        { "--skip", "known" },
		{ "--children", "none" },
	};
	const char *ledger = run_path("r.ledger"), *json = run_path("r.json");
	struct run run = RUN(UNCLOSED_PROGRAM, "--keep-ledger", ledger, "--json", json, "--", SH,
			     LEAK "; " FIXTURES "/known pool pool start; exec " LEAK);

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *one = run_path("1.json"), *two = run_path("2.json");
		static const char *const sums[] = { "leaks", "groups", "counted", "suppressed",
						    "noted" };
		struct run of_ledger = RUN(UNCLOSED_PROGRAM, "report", cases[i][0], cases[i][1],
					   "--json", one, ledger);
		struct run of_json = RUN(UNCLOSED_PROGRAM, "report", cases[i][0], cases[i][1],
					 "--json", two, json);

		cr_expect_eq(run_status(&of_json), run_status(&of_ledger), "%s %s: %s%s",
			     cases[i][0], cases[i][1], of_json.err, of_ledger.err);
		for (size_t s = 0; s < sizeof(sums) / sizeof(sums[0]); s++)
			cr_expect_eq(summary(two, sums[s]), summary(one, sums[s]),
				     "%s %s: %s is %d, not %d", cases[i][0], cases[i][1], sums[s],
				     summary(two, sums[s]), summary(one, sums[s]));
	}
}

/* What a report does not tell is not guessed: one line, and 125. */
Test(noise, what_a_json_report_has_not_is_told)
{
	static const struct {
		const char *option, *value, *wanted;
		int status;
	} cases[] = {
		{ "--ignore", "peer:*", "lists only 100 of 150", 125 },
		{ "--warm-up", "1h", "--warm-up must look at each descriptor", 125 },
		{ "--min-count", "200", "--min-count must look at each descriptor", 125 },
		{ "--min-count", "150", "150 leaked sockets", 23 },
		{ "--ignore", "call:socket", "150 left aside by --ignore call:socket", 0 },
		{ "--only", "nobody", "would be left out", 125 },
		{ "--gate", "none", "--gate acts when a ledger is judged", 125 },
		{ "--kinds", "all", "--kinds acts when a ledger is judged", 125 },
	};
	const char *json = run_path("r.json");
	struct run run = RUN(UNCLOSED_PROGRAM, "--json", json, "--", SH,
			     "exec " FIXTURES "/known $(yes pool | head -150)");

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run = RUN(UNCLOSED_PROGRAM, "report", cases[i].option, cases[i].value, json);
		cr_expect_eq(run_status(&run), cases[i].status, "%s: %s", cases[i].option, run.err);
		cr_expect_not_null(strstr(run.err, cases[i].wanted), "%s: %s", cases[i].option,
				   run.err);
	}
	run = RUN_WITH(((struct run_options){
			       .environment = RUN_ARGV("UNCLOSED_OPTIONS=gate=none:kinds=all") }),
		       UNCLOSED_PROGRAM, "report", json);
	cr_expect_eq(run_status(&run), 23, "those of the environment were there when it was made");
	run = RUN(UNCLOSED_PROGRAM, "merge", "--ignore", "call:socket", json);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}

/* Runs are told apart by a file that each of them makes longer. */
#define RUNS(command) "echo >> runs; case $(wc -l < runs) in " command " esac"

static struct run repeat(const char *count, const char *script)
{
	return RUN(UNCLOSED_PROGRAM, "--repeat", count, "--json", run_path("r.json"), "--", SH,
		   run_format("cd %s; %s", run_path("."), script));
}

Test(noise, what_every_run_leaves_counts)
{
	struct run run = repeat("3", RUNS("*) echo ran; " LEAK " ;;"));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "3 runs: only what each of them left counts"), "%s",
			   run.err);
	cr_expect_eq(report_number(report_load(run_path("r.json")), "summary/counted"), 1);
	cr_expect_eq(strncmp(run.out, "ran\n", 4), 0);
	cr_expect_not_null(strstr(run.out + 4, "ran\n"));
}

Test(noise, what_some_runs_leave_does_not)
{
	struct run run = repeat("3", RUNS("2) " LEAK " ;;"));

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "run 2 left 1 × "), "%s", run.err);
	(void)unlink(run_path("runs"));
	run = repeat("3", RUNS("[23]) " LEAK " ;;"));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "not left in each of 3 runs"), "%s", run.err);
}

Test(noise, a_failing_run_is_the_last)
{
	struct run run = repeat("5", RUNS("2) exit 7 ;;"));

	cr_expect_eq(run_status(&run), 7, "%s", run.err);
	run = RUN("wc", "-l", run_path("runs"));
	cr_expect_eq(run.out[0], '2', "%s", run.out);
}

/* Each process is told what it was handed down, though only the first one looked. */
Test(noise, what_is_handed_down_is_handed_on)
{
	struct run run = RUN("/bin/sh", "-c",
			     run_format("exec " UNCLOSED_PROGRAM
					" -q --json %s -- /bin/sh -c '" LEAK "; :' 9</dev/null",
					run_path("r.json")));
	json_t *report = report_load(run_path("r.json"));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	for (int process = 0; process < 2; process++)
		cr_expect_str_eq(
			report_text(report, run_format("processes/%d/inherited/0/target", process)),
			"/dev/null");
}
