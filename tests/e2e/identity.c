/* SPDX-License-Identifier: MIT */
/* Each process answers for itself: an entry is not taken by whoever comes first. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define BETWEEN FIXTURE("between")
#define STATIC FIXTURE("between_static")
#define LEAK FIXTURE("leak")

TestSuite(identity, .init = run_init, .fini = run_fini);

/* `count` processes, one of which was not covered; the leak of the program at the end is told. */
static void stranger_check(const struct watched *watched, long long count)
{
	json_t *counts = report_at(watched->report, "process_counts");

	cr_expect_eq(run_status(&watched->run), 23, "%s", watched->run.err);
	cr_expect_eq(report_number(counts, "total"), count, "%s", watched->run.err);
	cr_expect_eq(report_number(counts, "uncovered"), 1, "%s", watched->run.err);
	cr_expect_eq(report_count(watched->report, "socket", "socket"), 1, "%s", watched->run.err);
	cr_expect(json_is_false(report_at(watched->report, "complete")));
}

static void both_are_covered(const struct watched *watched)
{
	cr_expect_eq(run_status(&watched->run), 23, "%s", watched->run.err);
	cr_expect_eq(report_number(watched->report, "process_counts/uncovered"), 0, "%s",
		     watched->run.err);
	cr_expect(json_is_true(report_at(watched->report, "complete")), "%s", watched->run.err);
}

Test(identity, static_program_starts_one)
{
	struct watched watched = WATCH("--", STATIC, "fork", "/bin/true");

	cr_expect_eq(run_status(&watched.run), 125, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 2);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1);
	cr_expect_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
	watched = WATCH("--", STATIC, "fork", LEAK);
	stranger_check(&watched, 2);
}

/* By each way that announces a child: exec, posix_spawn, system(), fork and exec, vfork. */
Test(identity, static_child_starts_one)
{
	static const char *const ways[] = { "exec", "spawn", "fork" };
	struct watched watched;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		watched = WATCH("--", BETWEEN, ways[i], STATIC, "fork", LEAK);
		stranger_check(&watched, strcmp(ways[i], "exec") == 0 ? 2 : 3);
	}
	watched = WATCH("--", "/bin/sh", "-c", run_format("%s fork %s; exit 0", STATIC, LEAK));
	stranger_check(&watched, 3);
	watched = WATCH("--", PYTHON, "-c",
			run_format("import subprocess; subprocess.call(['%s', 'fork', '%s'])",
				   STATIC, LEAK));
	stranger_check(&watched, 3);
	watched = WATCH("--", PYTHON, "-c",
			run_format("import os; os.system('exec %s fork %s')", STATIC, LEAK));
	stranger_check(&watched, 3);
}

/* The static one has ended, and its child is somebody else's when it begins. */
Test(identity, orphan_of_a_static_program)
{
	/* cat reads until the last of them has ended. */
	struct watched watched =
		WATCH("--", "/bin/sh", "-c",
		      run_format("%s orphan %s | cat >/dev/null; exit 0", STATIC, LEAK));

	stranger_check(&watched, 4);
}

Test(identity, program_that_becomes_another)
{
	struct watched watched = WATCH("--", STATIC, "exec", LEAK);

	both_are_covered(&watched);
}

static bool may_unshare(void)
{
	struct run run = RUN("unshare", "--pid", "--fork", "true");

	return run_status(&run) == 0;
}

Test(identity, pid_namespace)
{
	struct watched watched;

	if (!may_unshare())
		cr_skip("no pid namespace may be made here");
	watched = WATCH("--", "unshare", "--pid", "--fork", LEAK);
	both_are_covered(&watched);
	watched = WATCH("--", BETWEEN, "namespace", BETWEEN, "spawn", LEAK);
	both_are_covered(&watched);
	/* Two processes that are number 1, each in its own. */
	watched = WATCH("--", "unshare", "--pid", "--fork", STATIC, "namespace", LEAK);
	stranger_check(&watched, 3);
}

/* By a call that nobody saw: the same process, and what it had open before. */
Test(identity, exec_behind_libc)
{
	struct watched watched = WATCH("--", BETWEEN, "inline", "/bin/true");
	json_t *finding = report_finding(watched.report, "socket", "socket");

	both_are_covered(&watched);
	cr_assert_not_null(finding);
	cr_expect_str_eq(report_text(finding, "stack/0/function"), "run_inline");
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 1);
}

Test(identity, unclosed_of_its_own)
{
	struct watched watched = WATCH("--", "/bin/sh", "-c",
				       run_format("%s -q %s; exit 0", UNCLOSED_PROGRAM, LEAK));

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1);
	cr_expect_not_null(strstr(watched.run.err, "under an unclosed of its own"), "%s",
			   watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "incomplete");
}

Test(identity, variable_was_changed)
{
	struct watched watched = WATCH("--", "/bin/sh", "-c",
				       run_format("UNCLOSED_LEDGER=nonsense %s; exit 0", LEAK));

	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1);
	cr_expect_not_null(
		strstr(watched.run.err, "UNCLOSED_LEDGER in its environment was changed"), "%s",
		watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "incomplete");
}

/* Whoever switches it off wishes no report: that process is not judged. */
Test(identity, switched_off)
{
	struct watched watched = WATCH("--", "/bin/sh", "-c",
				       run_format("UNCLOSED_OPTIONS=off %s; exit 0", LEAK));

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 1);
	cr_expect_not_null(strstr(watched.run.err, "in the 1 of 2 processes judged"), "%s",
			   watched.run.err);
}
