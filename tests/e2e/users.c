/* SPDX-License-Identifier: MIT */
/* Root starts a program as another user: that one is covered, or it is said why not. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

#define SKIPPED 77
#define LEAK FIXTURE("leak")
#define SWITCHER FIXTURE("switcher")
#define STATIC_SWITCHER FIXTURE("gosu")
#define USER "65534"

TestSuite(users, .init = run_init, .fini = run_fini);

/* Where we may not, or the other user may not reach the fixtures, there is nothing to test. */
static void need_switching(void)
{
	struct run alone = RUN(SWITCHER, LEAK);

	if (run_status(&alone) != 0)
		cr_skip("only root becomes another user who can execute this");
}

/* But for helpers of PAM, which are set-group-id programs: su of Debian 13 has them run. */
static long long uncovered_count(json_t *report)
{
	long long count = 0;
	json_t *process;
	size_t i;

	json_array_foreach (report_at(report, "processes"), i, process)
		count += !json_is_true(report_at(process, "coverage/covered")) &&
			 !strstr(report_text(process, "exe"), "unix_chkpwd");
	return count;
}

/* The leak of the program that ran as another user is told like any other. */
static void covered_check(const char *const words[])
{
	struct watched watched;

	if (!run_find(words[0]))
		return;
	watched = watch_command(&(struct run_options){ 0 }, words);
	cr_expect_eq(run_status(&watched.run), 23, "%s: %s", words[0], watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1, "%s: %s", words[0],
		     watched.run.err);
	cr_expect_eq(uncovered_count(watched.report), 0, "%s: %s", words[0], watched.run.err);
}

Test(users, by_what_is_covered)
{
	need_switching();
	covered_check(RUN_ARGV(SWITCHER, LEAK));
	covered_check(RUN_ARGV("setpriv", "--reuid", USER, "--clear-groups", LEAK));
	covered_check(RUN_ARGV("runuser", "-u", "nobody", LEAK));
	covered_check(RUN_ARGV("su", "-s", "/bin/sh", "nobody", "-c", LEAK));
	covered_check(RUN_ARGV(PYTHON, "-c",
			       "import subprocess, sys\n"
			       "subprocess.run(sys.argv[1:], user=" USER ")\n",
			       LEAK));
}

/* NOT COVERED, for this reason, and not a word that all is well. */
static void uncovered_check(const struct run *run, json_t *report, const char *reason)
{
	json_t *process = NULL;
	size_t i;

	json_array_foreach(report_at(report, "processes"), i, process)
	{
		if (json_is_false(report_at(process, "coverage/covered")))
			break;
	}
	cr_assert_lt(i, json_array_size(report_at(report, "processes")), "%s", run->err);
	cr_expect_not_null(strstr(report_text(process, "coverage/reason"), reason), "%s", run->err);
	cr_expect_neq(report_text(process, "coverage/remedy")[0], '\0', "%s", run->err);
	cr_expect_not_null(strstr(run->err, "NOT COVERED"), "%s", run->err);
	cr_expect_not_null(strstr(run->err, reason), "%s", run->err);
	cr_expect_null(strstr(run->err, "(pid 0)"), "%s", run->err);
	cr_expect_null(strstr(run->err, "no socket left open"), "%s", run->err);
	cr_expect(json_is_false(report_at(report, "complete")), "%s", run->err);
}

/* ramfs has no access control lists: nobody but the owner can be let in. */
static void on_ramfs_check(const char *words)
{
	const char *json = run_path("ramfs.json");
	struct run run;

	(void)mkdir(run_path("ramfs"), 0755);
	run = RUN("unshare", "-m", "sh", "-c",
		  run_format("mount -t ramfs none %s && chmod 755 %s || exit %d; "
			     "exec %s --ledger-dir %s --json %s -- %s",
			     run_path("ramfs"), run_path("ramfs"), SKIPPED, UNCLOSED_PROGRAM,
			     run_path("ramfs"), json, words));
	if (run_status(&run) == SKIPPED || access(json, R_OK) != 0)
		cr_skip("no mount namespace");
	uncovered_check(&run, report_load(json), "who may not open the ledger");
}

Test(users, ledger_without_access_lists)
{
	need_switching();
	on_ramfs_check(run_format("sh -c '%s %s; :'", SWITCHER, LEAK));
	on_ramfs_check(run_format("%s --system true", SWITCHER));
}

/* A copy of the tool where nobody but root can look. */
static const char *private_tool(void)
{
	const char *root = run_path("private");
	struct run copied = RUN("sh", "-c",
				run_format("umask 077; mkdir -p %s/bin %s/lib %s/share && "
					   "cp %s %s/bin/unclosed && cp %s %s/lib && "
					   "cp -r \"$(dirname %s)/../share/unclosed\" %s/share",
					   root, root, root, UNCLOSED_PROGRAM, root,
					   UNCLOSED_LIBRARY, root, UNCLOSED_PROGRAM, root));

	cr_assert_eq(run_status(&copied), 0, "%s", copied.err);
	return run_format("%s/bin/unclosed", root);
}

Test(users, library_in_private_directory)
{
	const char *tool, *json = run_path("private.json");
	struct run run;

	need_switching();
	tool = private_tool();
	run = RUN(tool, "--json", json, "--", SWITCHER, LEAK);
	uncovered_check(&run, report_load(json), "who may not read libunclosed.so");
	run = RUN(tool, "--json", json, "--", SWITCHER, "--system", "true");
	uncovered_check(&run, report_load(json), "who may not read libunclosed.so");
}

/* A static switcher cannot be followed, nor what it starts: the remedy names those that can. */
Test(users, by_a_static_switcher)
{
	struct watched watched;

	need_switching();
	watched = WATCH("--", "sh", "-c", run_format("%s %s; :", STATIC_SWITCHER, LEAK));
	uncovered_check(&watched.run, watched.report, "static program");
	cr_expect_not_null(strstr(watched.run.err, "setpriv"), "%s", watched.run.err);
}
