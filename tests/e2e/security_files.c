/* SPDX-License-Identifier: MIT */
/* Files that are written in the place of what another user has put there. */
#include "security.h"

TestSuite(security_files, .init = security_begin, .fini = run_fini);

/* Where reports go */

#define LINE "unclosed: cannot write JSON report"

static void output_refused(const char *path, bool is_bare)
{
	struct run run = attack(is_bare, run_format("json=%s", path), RUN_ARGV(LEAK));

	/* The launcher says so before the program runs; the bare form ends with the error. */
	cr_expect_eq(run_status(&run), is_bare ? 23 : 125, "%s", run.err);
	cr_expect_not_null(strstr(run.err, LINE), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "it belongs to another user"), "%s", run.err);
	if (!is_bare)
		cr_expect_str_eq(run.out, "");
}

static void outputs_check(bool is_bare)
{
	const char *path = run_path("shared/r.json"), *victim = run_path("victim");
	struct run run;

	need_switching();
	shell_must(run_format("rm -rf %s; mkdir -m 01777 %s; echo mine >%s; chmod 0600 %s",
			      run_path("shared"), run_path("shared"), victim, victim));
	/* A link to a file of root's, made by another user. */
	shell_must(run_format("ln -s %s %s && chown -h " STRANGER_WORD " %s", victim, path, path));
	output_refused(path, is_bare);
	cr_expect_str_eq(run_read(victim, NULL), "mine\n");
	/* A file that he can read, and one that he only made first. */
	shell_must(run_format("rm %s; echo his >%s; chown " STRANGER_WORD " %s; chmod 0666 %s",
			      path, path, path, path));
	output_refused(path, is_bare);
	cr_expect_str_eq(run_read(path, NULL), "his\n");
	cr_expect_str_eq(shell(run_format("stat -c %%u %s", path)).out, STRANGER_WORD "\n");
	shell_must(run_format("rm %s; mkfifo %s; chown " STRANGER_WORD " %s", path, path, path));
	output_refused(path, is_bare);
	/* A hard link to a file of root's is replaced: the file stays as it was. */
	shell_must(run_format("rm %s; ln %s %s", path, victim, path));
	run = attack(is_bare, run_format("json=%s", path), RUN_ARGV(LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_str_eq(run_read(victim, NULL), "mine\n");
	cr_expect_str_eq(shell(run_format("stat -c %%a %s", path)).out, "600\n",
			 "its mode is kept");
	/* A link of ours stays a link. */
	shell_must(run_format("rm %s; ln -s %s %s", path, victim, path));
	run = attack(is_bare, run_format("json=%s", path), RUN_ARGV(LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_eq(run_read(victim, NULL)[0], '{');
	cr_expect_str_eq(shell(run_format("ls -A %s | wc -l", run_path("shared"))).out, "1\n",
			 "no temporary file is left");
}

Test(security_files, report_in_the_place_of_a_strangers_file)
{
	outputs_check(false);
}

Test(security_files, bare_report_in_the_place_of_a_strangers_file)
{
	outputs_check(true);
}

/* The same of a ledger that is kept, and of a baseline. */
Test(security_files, other_files_in_the_place_of_a_strangers)
{
	const char *path = run_path("shared/kept"), *victim = run_path("victim");
	struct run run;

	need_switching();
	shell_must(run_format(
		"mkdir -m 01777 %s; echo mine >%s; ln -s %s %s && chown -h " STRANGER_WORD " %s",
		run_path("shared"), victim, victim, path, path));
	run = RUN(UNCLOSED_PROGRAM, "--keep-ledger", path, LEAK);
	cr_expect_not_null(strstr(run.err, "it belongs to another user"), "%s", run.err);
	cr_expect_str_eq(run_read(victim, NULL), "mine\n");
	run = RUN(UNCLOSED_PROGRAM, "--baseline", path, "--update-baseline", LEAK);
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "it belongs to another user"), "%s", run.err);
	cr_expect_str_eq(run_read(victim, NULL), "mine\n");
}

/* No script writes to a name in a folder that all may write, but to one that mktemp made. */
Test(security_files, scripts_make_no_names_that_can_be_known)
{
	struct run run =
		shell(run_format("cd %s && grep -nE '((^|[[:space:]])[A-Za-z_]+=|>)\"?[^ "
				 "]*/tmp}*/' -r scripts .ci | "
				 "grep -vE 'mktemp|^scripts/package.sh:.*unclosed --version'",
				 SOURCE_TREE));

	cr_expect_str_eq(run.out, "");
}
