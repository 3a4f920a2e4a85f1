/* SPDX-License-Identifier: MIT */
/*
 * What other users may try, and what must come of it: nothing is written, shown or run that its
 * user did not ask for. Root becomes throw-away users, which need no account.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "watch.h"

#define SKIPPED 77
#define LEAK FIXTURE("leak")
#define LINKED FIXTURE("linked")
#define TURNCOAT FIXTURE("turncoat")

#define USER 65534
#define STRANGER 54321
#define USER_WORD "65534"
#define STRANGER_WORD "54321"

#define AS(user) "setpriv", "--reuid", user, "--regid", user, "--clear-groups"

/* Others reach what is in the test's folder, and may not write it. */
static void begin(void)
{
	run_init();
	(void)chmod(run_path("."), 0755);
}

TestSuite(security, .init = begin, .fini = run_fini);

/* Where we may not, or the other user may not reach the fixtures, there is nothing to test. */
static void need_switching(void)
{
	struct run alone;

	if (!run_find("setpriv"))
		cr_skip("no setpriv");
	alone = RUN(AS(STRANGER_WORD), LEAK);
	if (run_status(&alone) != 0)
		cr_skip("only root becomes another user who can execute this");
}

static struct run shell(const char *script)
{
	return RUN("sh", "-c", script);
}

static void shell_must(const char *script)
{
	struct run run = shell(script);

	cr_assert_eq(run_status(&run), 0, "%s: %s", script, run.err);
}

static bool exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

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

static struct run attack(bool is_bare, const char *options, const char *const argv[])
{
	const char *words[16] = { UNCLOSED_PROGRAM };
	size_t count = 1;

	if (is_bare) {
		struct run_options with = { .environment = RUN_ARGV(
						    "LD_PRELOAD=" UNCLOSED_LIBRARY,
						    run_format("UNCLOSED_OPTIONS=%s", options)) };
		struct run_child child = run_start(&with, argv);

		return run_finish(&child);
	} else {
		struct run_options with = { .environment = RUN_ARGV(
						    run_format("UNCLOSED_OPTIONS=%s", options)) };
		struct run_child child;

		while (*argv)
			words[count++] = *argv++;
		words[count] = NULL;
		child = run_start(&with, words);
		return run_finish(&child);
	}
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
