/* SPDX-License-Identifier: MIT */
/* All that can become of a process: it is followed, it behaves as ever, it is judged once. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "watch.h"

#define LIVES FIXTURE("lives")
#define SKIPPED 77
#define SOAK_TIMEOUT_S 1200

TestSuite(lives, .init = run_init, .fini = run_fini);

static const struct run_options soak_options = { .timeout_s = SOAK_TIMEOUT_S };

static bool is_soak(void)
{
	return getenv("UNCLOSED_SOAK") != NULL;
}

/* The same output and, but for leaks, the same status as alone, in both forms. */
static struct watched lives_watch(const char *shape, int status)
{
	struct run alone = RUN_WITH(soak_options, LIVES, shape);
	struct watched watched = WATCH_WITH(soak_options, "--", LIVES, shape);
	struct run bare;

	if (run_status(&alone) == SKIPPED)
		cr_skip("not allowed here");
	bare = RUN_WITH(((struct run_options){ .environment = BARE_ENVIRONMENT,
					       .timeout_s = SOAK_TIMEOUT_S }),
			LIVES, shape);
	cr_assert_not_null(watched.report, "%s", watched.run.err);
	cr_expect_eq(run_status(&watched.run), status, "%s: %d\n%s", shape,
		     run_status(&watched.run), watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out, "%s", shape);
	cr_expect_str_eq(bare.out, alone.out, "%s, bare", shape);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s",
		     watched.run.err);
	return watched;
}

/* Everything the shape says it leaves, nothing else, in so many processes. */
static struct watched lives_check(const char *shape, unsigned int left, long long processes)
{
	struct watched watched = lives_watch(shape, left ? 23 : 0);

	cr_expect_eq(expectations_check(&watched), left, "%s", watched.run.out);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), processes, "%s",
		     watched.run.err);
	return watched;
}

static void checked_check(const char *shape, unsigned int left, long long processes)
{
	struct watched watched = lives_check(shape, left, processes);

	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

#define CHECKED(shape, left, processes)                                                            \
	Test(lives, shape)                                                                         \
	{                                                                                          \
		checked_check(#shape, left, processes);                                            \
	}

CHECKED(vfork_child, 2, 4)
CHECKED(vfork_fails, 2, 1)
CHECKED(exec_fails, 2, 1)
CHECKED(clone_vm, 1, 1)
CHECKED(clone_forks, 2, 2)
CHECKED(raw_clone, 2, 2)
CHECKED(by_Fork, 2, 2)
CHECKED(double_fork, 2, 3)
CHECKED(exec_survivor, 2, 1)
CHECKED(drops, 3, 2)
CHECKED(many_forks, 1, 2001)
CHECKED(exit_twice, 90, 1)
CHECKED(exit_and__exit, 90, 1)
CHECKED(exit_awaits_exit, 1, 1)

/* Whoever is the first, and wherever the others are: all is told, and checked. */
#define CHECKED_OFTEN(shape)                                                                       \
	Test(lives, shape)                                                                         \
	{                                                                                          \
		for (int i = 0; i < 8; i++)                                                        \
			checked_check(#shape, 90, 1);                                              \
	}

CHECKED_OFTEN(exit_crowd)
CHECKED_OFTEN(exit_crowd_and_return)
CHECKED_OFTEN(quick_exit_crowd)
CHECKED_OFTEN(mixed_exit_crowd)
CHECKED_OFTEN(exit_interrupted)
CHECKED(closed_in_handler, 0, 1)
CHECKED(cancel_accept, 1, 1)
CHECKED(cancel_close, 1, 1)
CHECKED(jumps, 1, 1)
CHECKED(main_leaves, 1, 1)
CHECKED(waits_in_thread, 1, 1)
CHECKED(in_chroot, 3, 2)
CHECKED(in_pid_space, 3, 3)
CHECKED(in_mount_space, 3, 2)
CHECKED(without_proc, 3, 1)
CHECKED(unshares, 2, 1)
CHECKED(unshares_range, 1, 1)

/* What was opened in a table that two share counts once. */
static void shared_check(const char *shape, unsigned int left, long long opened)
{
	struct watched watched = lives_check(shape, left, 2);

	cr_expect_eq(report_number(watched.report, "summary/counts/socket/opened"), opened, "%s",
		     watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counts/socket/left"), left, "%s",
		     watched.run.err);
}

Test(lives, shares_table)
{
	shared_check("shares_table", 3, 6);
}

Test(lives, sharer_executes)
{
	shared_check("sharer_executes", 2, 3);
}

CHECKED(shares_memory_in_turn, 3, 1)
CHECKED(shares_memory, 3, 1)
CHECKED(shares_by_clone3, 3, 2)
CHECKED(sharer_unshares, 4, 2)

/* Root drops to another user and executes a program: that one is covered, too. */
CHECKED(drops_user, 2, 2)
CHECKED(drops_both, 2, 2)
CHECKED(drops_all, 2, 2)
CHECKED(drops_by_syscall, 2, 2)
CHECKED(drops_by_halves, 2, 2)

Test(lives, third_user)
{
	struct watched watched = lives_check("third_user", 2, 3);

	cr_expect_not_null(strstr(watched.run.out, "read 0, write 0"), "%s", watched.run.out);
}

/* What the children opened behind libc is told, and nothing of the parent's threads. */
Test(lives, fork_storm_hidden)
{
	struct watched watched = lives_watch("fork_storm_hidden", 23);

	cr_expect_eq(report_number(watched.report, "summary/counted"), 40, "%s", watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

/* Waited for; alone, their output comes after the first process's end. */
static void outliving_check(const char *shape, unsigned int left, long long processes)
{
	struct watched watched = WATCH("--", LIVES, shape);

	cr_expect_eq(expectations_check(&watched), left, "%s", watched.run.out);
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), processes);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

Test(lives, outlives)
{
	outliving_check("outlives", 1, 2);
}

/* The numbers that its children get are others each time. */
Test(lives, fork_storm)
{
	outliving_check("fork_storm", 80, 161);
}

Test(lives, by_daemon)
{
	outliving_check("by_daemon", 2, 2);
}

Test(lives, parent_dies)
{
	outliving_check("parent_dies", 3, 4);
}

/* A child of a busy process records, unwinds and ends: nothing there waits for a lost lock. */
Test(lives, fork_among_threads, .timeout = SOAK_TIMEOUT_S)
{
	checked_check("fork_among_threads", 1, is_soak() ? 10001 : 201);
}

Test(lives, fork_in_threads, .timeout = SOAK_TIMEOUT_S)
{
	checked_check("fork_in_threads", 1, is_soak() ? 80001 : 1601);
}

/* How many connections fit the backlog is the kernel's business. */
Test(lives, cancel_connect)
{
	struct watched watched = WATCH("--", LIVES, "cancel_connect");

	cr_expect_gt(expectations_check(&watched), 1);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

Test(lives, exit_in_handler)
{
	struct watched watched = lives_watch("exit_in_handler", 9);

	cr_expect_eq(expectations_check(&watched), 1);
}

/* What the threads open at the very end may be there or not; the rest is. */
Test(lives, ends_among_threads)
{
	struct watched watched = lives_watch("ends_among_threads", 23);

	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1);
}

Test(lives, daemon_quiet)
{
	struct watched watched = WATCH("--", LIVES, "daemon_quiet");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 2);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

/* State unknown, no proof: told, not counted. */
Test(lives, killed_child)
{
	struct watched watched = lives_watch("killed_child", 23);

	cr_expect_eq(report_number(watched.report, "summary/counted"), 1);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 2);
}

/* Two tables in one process: what is known is told, and that it was not compared. */
static void split_check(const char *shape)
{
	struct watched watched = lives_check(shape, 1, 1);

	cr_expect(json_is_false(report_at(watched.report, "complete")));
	cr_expect_not_null(strstr(report_text(watched.report, "processes/0/kernel_check/reason"),
				  "descriptor table"));
}

Test(lives, thread_unshares)
{
	split_check("thread_unshares");
}

Test(lives, thread_unshares_range)
{
	split_check("thread_unshares_range");
}

/* A vfork child that ends without having become a program is not the process: no report. */
Test(lives, bare_vfork_fails)
{
	struct run run = RUN_BARE(LIVES, "vfork_fails");
	const char *first = strstr(run.err, "unclosed: sockets:");

	cr_expect_not_null(strstr(run.out, "child 7\n"), "%s", run.out);
	cr_expect_eq(run_status(&run), 23);
	cr_assert_not_null(first);
	cr_expect_not_null(strstr(first, "2 opened"), "%s", run.err);
}

/* The first process is the one that reports, whatever program it has become. */
Test(lives, bare_exec)
{
	struct run run = RUN_BARE(LIVES, "exec_survivor");
	struct run shell = RUN_BARE("/bin/sh", "-c", run_format("exec %s leave_one", LIVES));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
	cr_expect_eq(run_status(&shell), 23, "%s", shell.err);
	cr_expect_not_null(strstr(shell.err, "1 leaked socket"), "%s", shell.err);
}

/* By a relative path; its children have another working directory. */
Test(lives, bare_relative_path)
{
	const char *command = run_format("cd /; %s leave_one; exit 0", LIVES);
	const char *from = run_format("cd %s/..; LD_PRELOAD=lib/libunclosed.so exec "
				      "/bin/sh -c '%s'", FIXTURES, command);
	struct run run = RUN("/bin/sh", "-c", from);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "1 leaked socket"), "%s", run.err);
	cr_expect_null(strstr(run.err, "ld.so"), "%s", run.err);
}

/* The launcher dies: so does the program, and the next session sweeps up. */
Test(lives, launcher_is_killed)
{
	struct run_child child = run_start(&(struct run_options){ 0 },
					   RUN_ARGV(UNCLOSED_PROGRAM, "--ledger-dir", run_path("."),
						    FIXTURE("signals")));
	pid_t program;

	run_await(&child, "ready");
	cr_assert_eq(sscanf(run_read(child.out_path, NULL), "ready %d", &program), 1);
	kill(child.pid, SIGKILL);
	(void)run_finish(&child);
	for (int i = 0; i < 200 && kill(program, 0) == 0; i++)
		usleep(10000);
	cr_expect_neq(kill(program, 0), 0);
}
