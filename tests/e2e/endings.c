/* SPDX-License-Identifier: MIT */
/* A server that forgets three connections of five, and the ways a process can end. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "watch.h"

#define ENDINGS FIXTURE("endings")
#define LEAKED 3

TestSuite(endings, .init = run_init, .fini = run_fini);

static unsigned int occurrences(const char *text, const char *what)
{
	unsigned int count = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		count++;
	return count;
}

/* One group: three of accept4, in serve(), on the line that the fixture prints. */
static void group_check(const struct watched *watched)
{
	json_t *finding;

	cr_assert_eq(expectations_check(watched), LEAKED, "stdout:\n%s\nstderr:\n%s",
		     watched->run.out, watched->run.err);
	cr_assert_eq(json_array_size(report_at(watched->report, "findings")), 1);
	finding = report_finding(watched->report, "accept4", "socket");
	cr_expect_eq(report_number(finding, "count"), LEAKED);
	cr_expect_str_eq(report_text(finding, "type"), "leak");
	cr_expect_str_eq(report_text(finding, "role"), "accepted");
	cr_expect_str_eq(report_text(finding, "stack/0/function"), "serve");
	cr_expect_str_eq(report_text(finding, "stack/1/function"), "main");
	cr_expect_eq(json_array_size(report_at(finding, "descriptors")), LEAKED);
}

/* Ends in its own way: 23 where it would have been 0, its own status otherwise. */
static void ending_check(const char *how, int status)
{
	struct run alone = RUN(ENDINGS, how);
	/* What the exec hands on is crossings.c's. */
	struct watched watched = WATCH("--exec-inherited", "ignore", "--", ENDINGS, how);

	group_check(&watched);
	cr_expect_eq(run_status(&watched.run), status, "%s: %d", how, run_status(&watched.run));
	cr_expect_str_eq(watched.run.out, alone.out, "%s", how);
	cr_expect_eq(report_number(watched.report, "exit_status"), status);
	cr_expect_eq(occurrences(watched.run.err, "3 × TCP connection"), 1, "%s", watched.run.err);
}

Test(endings, returns)
{
	ending_check("return", 23);
}

Test(endings, exits)
{
	ending_check("exit", 23);
}

Test(endings, exits_at_once)
{
	ending_check("_exit", 23);
}

Test(endings, exits_quickly)
{
	ending_check("quick_exit", 23);
}

Test(endings, exits_in_a_second_thread)
{
	ending_check("thread", 23);
}

Test(endings, becomes_another_program)
{
	ending_check("exec", 23);
}

/* A leak never hides a program's own status. */
Test(endings, fails_by_itself)
{
	ending_check("seven", 7);
}

/* The job that tells whether tests pass is another one. */
Test(endings, leaks_decide_where_they_are_asked_to)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--exit-status", "leaks", ENDINGS, "seven");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--exit-status", "leaks", "/bin/sh", "-c", "exit 7");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(
		strstr(run.err, "exit status 0 (nothing counted; the program returned 7)"), "%s",
		run.err);
	run = RUN(UNCLOSED_PROGRAM, "--exit-status", "leaks", "--gate", "none", "/bin/sh", "-c",
		  "kill -9 $$");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--exit-status", "leaks", "-o", "/dev/full", "/bin/sh", "-c",
		  "exit 7");
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--exit-status", "leaks", "/no/program");
	cr_expect_eq(run_status(&run), 127);
	run = RUN_WITH(((struct run_options){
			       .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
						       "UNCLOSED_OPTIONS=exit-status=leaks") }),
		       "/bin/sh", "-c", "exit 7");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}

/* What a signal ended is told, counts only with proof, and ends the tool by the same signal. */
static void signal_check(const char *how, int number)
{
	struct watched watched = WATCH("--", ENDINGS, how);

	group_check(&watched);
	cr_expect(WIFSIGNALED(watched.run.status), "%s: %x", how, watched.run.status);
	cr_expect_eq(WTERMSIG(watched.run.status), number);
	cr_expect_str_eq(report_text(watched.report, "exit/kind"), "signaled");
	cr_expect_null(strstr(watched.run.out, "buffered"));
}

Test(endings, aborts)
{
	signal_check("abort", SIGABRT);
}

Test(endings, is_killed)
{
	signal_check("SIGKILL", SIGKILL);
}

Test(endings, crashes)
{
	signal_check("SIGSEGV", SIGSEGV);
}

/* Killed by policy: `--killed count` counts them, `ignore` does not tell them. */
Test(endings, killed_policies)
{
	struct watched counted = WATCH("--killed", "count", "--", ENDINGS, "SIGKILL");
	struct watched ignored = WATCH("--killed", "ignore", "--", ENDINGS, "SIGKILL");

	cr_expect_eq(report_number(counted.report, "summary/counted"), LEAKED);
	cr_expect_str_eq(report_text(counted.report, "verdict"), "leaks");
	cr_expect_eq(WTERMSIG(counted.run.status), SIGKILL);
	cr_expect_eq(report_number(ignored.report, "summary/counted"), 0);
	cr_expect_eq(WTERMSIG(ignored.run.status), SIGKILL);
}

/* The bare form: the same report on stderr, stdout complete, the status changed only from 0. */
static void bare_check(const char *how, int status)
{
	struct run alone = RUN(ENDINGS, how);
	struct run bare = RUN_BARE(ENDINGS, how);

	cr_expect_eq(run_status(&bare), status, "%s: %d", how, run_status(&bare));
	cr_expect_str_eq(bare.out, alone.out, "%s", how);
	cr_expect_eq(occurrences(bare.err, "3 × TCP connection"), 1, "%s: %s", how, bare.err);
	cr_expect_eq(occurrences(bare.err, "unclosed: sockets:"), 1, "%s: %s", how, bare.err);
}

Test(endings, bare_returns)
{
	bare_check("return", 23);
}

Test(endings, bare_exits)
{
	bare_check("exit", 23);
}

Test(endings, bare_exits_at_once)
{
	bare_check("_exit", 23);
}

Test(endings, bare_exits_quickly)
{
	bare_check("quick_exit", 23);
}

Test(endings, bare_exits_in_a_second_thread)
{
	bare_check("thread", 23);
}

Test(endings, bare_fails_by_itself)
{
	bare_check("seven", 7);
}

Test(endings, bare_signals)
{
	struct run killed = RUN_BARE(ENDINGS, "SIGKILL");
	struct run aborted = RUN_BARE(ENDINGS, "abort");

	cr_expect_eq(WTERMSIG(killed.status), SIGKILL);
	cr_expect_eq(WTERMSIG(aborted.status), SIGABRT);
}

/* Only the first process of a session prints and changes its status. */
Test(endings, bare_only_the_first_process)
{
	struct run run = RUN_BARE("/bin/sh", "-c", "\"$0\" return && echo zero; exit 0", ENDINGS);

	cr_expect_eq(run_status(&run), 23, "%d", run_status(&run));
	cr_expect_not_null(strstr(run.out, "zero\n"), "%s", run.out);
	cr_expect_eq(occurrences(run.err, "unclosed: sockets:"), 1, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "3 × TCP connection"), "%s", run.err);
}

Test(endings, bare_clean_is_quiet_about_status)
{
	struct run run = RUN_BARE(FIXTURE("tree"), "clean");

	cr_expect_eq(run_status(&run), 0);
	cr_expect_str_eq(run.out, "");
	cr_expect_not_null(strstr(run.err, "no socket left open"), "%s", run.err);
}

/* Nothing was open by the record, and the kernel could not be asked: by what it ended is said. */
Test(endings, ended_by_a_signal_with_nothing_open)
{
	struct watched watched = WATCH("--", "/bin/sh", "-c", "kill -TERM $$");

	cr_expect_str_eq(report_text(watched.report, "verdict"), "incomplete");
	cr_expect_not_null(strstr(watched.run.err, "checked against the kernel (a signal ended it)"),
			   "%s", watched.run.err);
}
