/* SPDX-License-Identifier: MIT */
/* Programs with rights, children that change sides, and a tool that is loaded into. */
#include "security.h"

#include <linux/capability.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#define LINKED FIXTURE("linked")
#define TURNCOAT FIXTURE("turncoat")

TestSuite(security, .init = security_begin, .fini = run_fini);

/* Programs with more rights than who started them */

/* Files that the program would write with its rights, if it believed its environment. */
static struct run privileged_run(const char *program)
{
	const char *evil = run_path("evil");

	return RUN_WITH(
		((struct run_options){
			.environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
						run_format("UNCLOSED_OPTIONS=json=%s", evil)) }),
		AS(STRANGER_WORD), program);
}

static void silence_check(const struct run *run, const char *what)
{
	cr_expect_eq(run_status(run), 0, "%s: %s", what, run->err);
	cr_expect_str_eq(run->err, "", "%s", what);
	cr_expect_not(exists(run_path("evil")), "%s", what);
}

static const char *program_copy(const char *name, const char *folder)
{
	const char *path = run_format("%s/%s", folder, name);

	shell_must(run_format("cp %s %s", LINKED, path));
	return path;
}

static const char *folder_for_privileges(void)
{
	struct statvfs status;

	need_switching();
	if (statvfs(run_path("."), &status) == 0 && status.f_flag & ST_NOSUID)
		cr_skip("the folder of the test is mounted nosuid");
	return run_path(".");
}

/* Without rights of its own the same program is watched: else there would be nothing to see. */
Test(security, linked_program_is_watched)
{
	const char *path = program_copy("plain", folder_for_privileges());
	struct run run;

	(void)chmod(run_path("."), 0777);
	run = privileged_run(path);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect(exists(run_path("evil")), "%s", run.err);
}

Test(security, set_user_id_program)
{
	const char *path = program_copy("set_user_id", folder_for_privileges());
	struct run run;

	cr_assert_eq(chmod(path, 04755), 0);
	run = privileged_run(path);
	silence_check(&run, path);
	cr_assert_eq(chmod(path, 02755), 0);
	run = privileged_run(path);
	silence_check(&run, path);
}

Test(security, capability_program)
{
	const char *path = program_copy("capability", folder_for_privileges());
	struct vfs_cap_data data = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = { { .permitted = 1 << CAP_DAC_OVERRIDE } },
	};
	struct run run;

	if (setxattr(path, "security.capability", &data, sizeof(data), 0) < 0)
		cr_skip("no capabilities in files here");
	run = privileged_run(path);
	silence_check(&run, path);
}

/* A child that has become another user writes into the ledger */

static const char *attack_folders(void)
{
	need_switching();
	shell_must(run_format("mkdir %s %s", run_path("good"), run_path("evil")));
	return run_path("good");
}

static void nothing_evil_check(const struct run *run, const char *what)
{
	struct run list = shell(run_format("ls -A %s", run_path("evil")));

	cr_expect_str_eq(list.out, "", "%s: %s", what, run->err);
}

/* Neither the folder of a report nor its name is what somebody else writes. */
static void words_check(bool is_bare)
{
	const char *good = attack_folders();
	const char *options = run_format("json=%s/%%e.json", good);
	struct run run = attack(is_bare, options, RUN_ARGV(TURNCOAT, "words", "good", "evil"));

	nothing_evil_check(&run, "folder");
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
	cr_expect(exists(run_format("%s/turncoat.json", good)), "%s", run.err);
	run = attack(is_bare, options, RUN_ARGV(TURNCOAT, "words", "turncoat", "overlord"));
	cr_expect_not(exists(run_format("%s/overlord.json", good)), "%s", run.err);
	shell_must(run_format("rm %s/*", good));
	/* What it said that it is called is shown, and decides nothing. */
	run = attack(is_bare, run_format("json=%s/%%p-%%t.json", good),
		     RUN_ARGV(TURNCOAT, "numbers"));
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
	cr_expect_not(exists(run_format("%s/7-1.json", good)), "%s", run.err);
	cr_expect_str_eq(shell(run_format("ls %s | wc -l", good)).out, "1\n", "%s", run.err);
}

Test(security, bare_report_goes_where_its_user_said)
{
	words_check(true);
}

Test(security, report_goes_where_its_user_said)
{
	words_check(false);
}

/* A name that is relative is so to where the program started. */
Test(security, bare_report_is_beside_who_started_it)
{
	const char *good = attack_folders();
	struct run run = RUN_WITH(
		((struct run_options){ .environment = RUN_ARGV("UNCLOSED_OPTIONS=json=r.json") }),
		"sh", "-c",
		run_format("cd %s && LD_PRELOAD=%s exec %s words good evil", good, UNCLOSED_LIBRARY,
			   TURNCOAT));

	nothing_evil_check(&run, "directory");
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
	cr_expect(exists(run_format("%s/r.json", good)), "%s", run.err);
}

/* Nobody becomes the one who reports by what the ledger says. */
static void role_check(bool is_bare)
{
	struct run run;

	need_switching();
	run = attack(is_bare, "error_exitcode=23", RUN_ARGV(TURNCOAT, "role", LEAK));
	cr_expect_not_null(strstr(run.out, "status 0\n"), "%s%s", run.out, run.err);
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
}

Test(security, bare_role_is_not_given_by_the_ledger)
{
	role_check(true);
}

Test(security, role_is_not_given_by_the_ledger)
{
	role_check(false);
}

/* No library is loaded because the ledger names it. */
Test(security, runtime_is_not_named_by_the_ledger)
{
	const char *sanitized = FIXTURE("sanitized_gcc_address"), *folder = attack_folders();
	struct run run;

	if (!exists(sanitized))
		cr_skip("no program with a sanitizer");
	/* The number stays behind it: libasan.so.8, say. */
	shell_must(run_format("cd %s && echo 'int puts(const char *); __attribute__((constructor)) "
			      "static void evil(void) { puts(\"evil\"); }' >e.c && "
			      "cc -shared -fPIC -o evil1.so.8 e.c",
			      folder));
	run = RUN("sh", "-c",
		  run_format("cd %s && exec %s --exit-status program %s twice %s libasan.so "
			     "./evil1.so",
			     folder, UNCLOSED_PROGRAM, TURNCOAT, sanitized));
	cr_expect_null(strstr(run.out, "evil"), "%s%s", run.out, run.err);
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
}

/* What is loaded into every program */

/* `script` where the library is in a file of the name /etc/ld.so.preload, that nobody else sees. */
static struct run preloaded(const char *script)
{
	const char *etc = run_path("etc");
	struct run run =
		RUN("unshare", "-m", "sh", "-c",
		    run_format("mkdir -p %s && cp -a /etc/. %s && "
			       "mount --bind %s /etc && echo %s >/etc/ld.so.preload || exit "
			       "%d; exec </dev/null; %s",
			       etc, etc, etc, UNCLOSED_LIBRARY, SKIPPED, script));

	if (run_status(&run) == SKIPPED)
		cr_skip("no mount namespace");
	return run;
}

static unsigned int headlines(const char *text)
{
	unsigned int count = 0;

	for (; (text = strstr(text, "(pid ")); text++)
		count++;
	return count;
}

Test(security, tool_is_not_watched)
{
	struct run run;

	need_switching();
	run = preloaded(run_format("exec %s", LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_eq(headlines(run.err), 1, "%s", run.err);
	run = preloaded(run_format("exec %s %s", UNCLOSED_PROGRAM, LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_eq(headlines(run.err), 1, "%s", run.err);
	cr_expect_null(strstr(run.err, "NOT COVERED"), "%s", run.err);
	/* Under another name, too. */
	run = preloaded(run_format("cp %s %s && exec %s --version", UNCLOSED_PROGRAM,
				   run_path("other"), run_path("other")));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_eq(headlines(run.err), 1, "of cp: %s", run.err);
}

/* A report program without our mark is watched, and reported on; that report is not. */
Test(security, reports_on_reports_come_to_an_end)
{
	const char *root = run_path("root");
	struct run run;

	need_switching();
	shell_must(
		run_format("mkdir -p %s/bin %s/lib && cp %s %s/lib && cp %s %s/bin/real && "
			   "cp -r \"$(dirname %s)/../share\" %s && "
			   "printf '#!/bin/bash\\necho x >>%s/count\\nexec %s/bin/real \"$@\"\\n' "
			   ">%s/bin/unclosed && chmod +x %s/bin/unclosed",
			   root, root, UNCLOSED_LIBRARY, root, UNCLOSED_PROGRAM, root,
			   UNCLOSED_PROGRAM, root, root, root, root, root));
	run = preloaded(
		run_format("echo %s/lib/libunclosed.so >/etc/ld.so.preload; exec %s", root, LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = shell(run_format("wc -l <%s/count", root));
	cr_expect_leq(atoi(run.out), 3, "%s", run.out);
}

/* In a session, a program of ours that runs none is nothing to cover. */
Test(security, tool_in_a_session)
{
	struct watched watched =
		WATCH("--", "sh", "-c", run_format("%s --version >/dev/null; :", UNCLOSED_PROGRAM));

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s",
		     watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
}
