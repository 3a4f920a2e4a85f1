/* SPDX-License-Identifier: MIT */
/* Whose ledger is joined and read, and where one may lie. */
#include "security.h"

#include <stddef.h>

TestSuite(security_ledgers, .init = security_begin, .fini = run_fini);

/* What is left over */

/* A ledger whose launcher was killed, in `folder`, and PROGRAM with it: it is gone, too. */
static void leftover_make(const char *folder)
{
	shell_must(
		run_format("cd %s && %s -q --ledger-dir . -- sh -c 'echo $$ >pid; kill -9 $PPID' ; "
			   "i=0; while kill -0 $(cat pid) 2>/dev/null && [ $i -lt 500 ]; do "
			   "sleep 0.01; i=$((i+1)); done; rm pid; ls unclosed-*",
			   folder, UNCLOSED_PROGRAM));
}

static long files_in(const char *folder, const char *pattern)
{
	struct run run = shell(run_format("find %s -name '%s' | wc -l", folder, pattern));

	return strtol(run.out, NULL, 10);
}

/* Thousands of files of another user do not use up what is looked at. */
Test(security_ledgers, names_of_others_hide_no_leftover)
{
	const char *folder = run_path("sticky");

	need_switching();
	shell_must(run_format("mkdir -m 1777 %s && cd %s && setpriv --reuid %s --clear-groups sh -c "
			      "'i=0; while [ $i -lt 3000 ]; do : > unclosed-0-$i; i=$((i+1)); done'",
			      folder, folder, STRANGER_WORD));
	leftover_make(folder);
	cr_assert_eq(files_in(folder, "unclosed-*"), 3001);
	shell_must(run_format("%s --ledger-dir %s -- true", UNCLOSED_PROGRAM, folder));
	cr_expect_eq(files_in(folder, "unclosed-*"), 3000, "the leftover of root's is gone");
}

Test(security_ledgers, kept_ledgers_are_no_leftovers)
{
	const char *folder = run_path("kept");
	unsigned int user = geteuid();

	shell_must(run_format("mkdir %s && %s -q --keep-ledger %s/unclosed-%u-00 -- true", folder,
			      UNCLOSED_PROGRAM, folder, user));
	leftover_make(folder);
	shell_must(run_format("cd %s && for i in unclosed-%u-?????*; do cp --sparse=always $i $i.kept; "
			      "done",
			      folder, user));
	shell_must(run_format("%s --ledger-dir %s -- true", UNCLOSED_PROGRAM, folder));
	cr_expect_eq(files_in(folder, "*.kept"), 1);
	cr_expect_eq(files_in(folder, "unclosed-*-00"), 1);
	cr_expect_eq(files_in(folder, "unclosed-*"), 2, "and the leftover itself is gone");
}

/* Whose ledger */

/* Run the program as `user`, who was told to join the session of the ledger `path`. */
static struct run join(const char *user, const char *path)
{
	return RUN_WITH(((struct run_options){ .environment = RUN_ARGV(
						       "LD_PRELOAD=" UNCLOSED_LIBRARY,
						       run_format("UNCLOSED_LEDGER=%s:0", path)) }),
			AS(user), LEAK);
}

/*
 * A ledger that `user` made, with room to grow, in its own folder; its name is the session's.
 * The session is over, as far as the name goes: that is free again.
 */
static const char *ledger_of(const char *user)
{
	const char *folder = run_format("%s/of-%s", run_path("."), user);
	struct run run;

	shell_must(run_format("mkdir -p -m 0755 %s %s/now && chown -R %s %s", folder, folder, user,
			      folder));
	run = RUN(AS(user), UNCLOSED_PROGRAM, "-q", "--ledger-dir", run_format("%s/now", folder),
		  "--", "sh", "-c",
		  run_format("cp --sparse=always %s/now/unclosed-* %s", folder, folder));
	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	run = shell(run_format("ls %s/unclosed-*", folder));
	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	run.out[strcspn(run.out, "\n")] = '\0';
	return run.out;
}

static const char *digest(const char *path)
{
	struct run run = shell(run_format("head -c 1048576 %s | cksum", path));

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	return run.out;
}

/* Does a process of `user` write into it? It leaves a socket, and says nothing either way. */
static bool joins(const char *user, const char *path)
{
	const char *before = digest(path);
	struct run run = join(user, path);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_str_eq(run.err, "", "%s", path);
	return strcmp(before, digest(path)) != 0;
}

static const char *renamed(const char *path, const char *name)
{
	const char *other = run_format("%.*s/%s", (int)(strrchr(path, '/') - path), path, name);

	shell_must(run_format("cp -p --sparse=always %s %s", path, other));
	return other;
}

/* The session's part of a name, "unclosed-<uid>-<session>". */
static const char *session_of(const char *path)
{
	return strrchr(path, '-') + 1;
}

Test(security_ledgers, ledger_of_a_stranger_is_not_joined)
{
	const char *path, *other;

	need_switching();
	path = ledger_of(STRANGER_WORD);
	cr_assert(joins(STRANGER_WORD, path), "its own user's ledger is the one to join");
	/* Under its own name and under the victim's; open to all, so that only the check is left.
	 */
	shell_must(run_format("chmod 0666 %s", path));
	cr_expect_not(joins("0", path));
	cr_expect_not(joins(USER_WORD, path));
	other = renamed(path, run_format("unclosed-" USER_WORD "-%s", session_of(path)));
	cr_expect_not(joins(USER_WORD, other));
	other = renamed(path, run_format("unclosed-0-%s", session_of(path)));
	cr_expect_not(joins("0", other));
	shell_must(run_format("chmod 0600 %s", other));
	cr_expect_not(joins("0", other));
}

Test(security_ledgers, ledger_that_others_may_write_is_not_joined)
{
	const char *path;

	need_switching();
	path = ledger_of(STRANGER_WORD);
	shell_must(run_format("chmod 0660 %s", path));
	cr_expect_not(joins(STRANGER_WORD, path), "its group may write it");
	shell_must(run_format("chmod 0602 %s", path));
	cr_expect_not(joins(STRANGER_WORD, path), "others may write it");
	shell_must(run_format("chmod 0600 %s && ln %s %s.link", path, path, path));
	cr_expect_not(joins(STRANGER_WORD, path), "it has a second name");
	shell_must(run_format("rm %s.link", path));
	cr_expect(joins(STRANGER_WORD, path));
}

Test(security_ledgers, ledger_of_another_session_is_not_joined)
{
	const char *path, *other;

	need_switching();
	path = ledger_of(STRANGER_WORD);
	other = renamed(path, "unclosed-" STRANGER_WORD "-1234567890abcdef");
	cr_expect_not(joins(STRANGER_WORD, other));
	other = renamed(path, "kept");
	cr_expect_not(joins(STRANGER_WORD, other));
	shell_must(run_format("mv %s %s.real && ln -s %s.real %s", path, path, path, path));
	cr_expect_not(joins(STRANGER_WORD, path), "a link");
	/* Opening a FIFO for reading waits for who writes. */
	shell_must(
		run_format("rm %s && mkfifo %s && chown %s %s", path, path, STRANGER_WORD, path));
	join(STRANGER_WORD, path);
}

static void report_refused(const char *path, const char *words)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "report", path);

	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	cr_expect_not_null(strstr(run.err, words), "%s", run.err);
	cr_expect_eq(strchr(run.err, '\n') - run.err + 1, (ptrdiff_t)run.err_length, "%s", run.err);
	cr_expect_str_eq(run.out, "");
}

Test(security_ledgers, ledger_of_a_stranger_is_not_reported)
{
	const char *path, *own;
	struct run run;

	need_switching();
	path = ledger_of(STRANGER_WORD);
	report_refused(path, "it belongs to another user (uid " STRANGER_WORD ")");
	own = renamed(path, "own");
	shell_must(run_format("chown 0:0 %s", own));
	run = RUN(UNCLOSED_PROGRAM, "report", own);
	cr_expect_neq(run_status(&run), 125, "%s", run.err);
	shell_must(run_format("chmod 0620 %s", own));
	report_refused(own, "others may write it");
	shell_must(run_format("chmod 0600 %s && ln %s %s.link", own, own, own));
	report_refused(own, "it has a second name");
	own = renamed(path, "unclosed-0-1234567890abcdef");
	shell_must(run_format("chown 0:0 %s", own));
	report_refused(own, "it is of another session than its name says");
}

/* What a stranger puts in the place of a ledger that was removed is neither read nor removed. */
Test(security_ledgers, stranger_in_the_place_of_a_removed_ledger)
{
	const char *path, *folder = run_path("ledgers");
	struct run run, list;
	const char *script;

	need_switching();
	path = ledger_of(STRANGER_WORD);
	shell_must(run_format("mkdir -m 01777 %s", folder));
	script = run_format(
		"l=$(echo %s/unclosed-0-*); rm $l && cp -p --sparse=always %s $l && exec %s",
		folder, path, LEAK);
	run = RUN_WITH(((struct run_options){
			       .environment = RUN_ARGV(
				       "LD_PRELOAD=" UNCLOSED_LIBRARY,
				       run_format("UNCLOSED_OPTIONS=ledger_dir=%s", folder)) }),
		       "bash", "-c",
		       run_format("l=$(echo %s/unclosed-0-*); rm $l; cp -p --sparse=always %s $l; "
				  "exec 9<>/dev/tcp/127.0.0.1/1; true",
				  folder, path));
	cr_expect_not_null(strstr(run.err, "(pid "), "%s", run.err);
	list = shell(run_format("stat -c %%u %s/*", folder));
	cr_expect_str_eq(list.out, STRANGER_WORD "\n", "%s%s", list.out, run.err);
	shell_must(run_format("rm %s/*", folder));
	run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", folder, "--", "sh", "-c", script);
	cr_expect_not_null(strstr(run.err, "(pid "), "%s", run.err);
	list = shell(run_format("stat -c %%u %s/*", folder));
	cr_expect_str_eq(list.out, STRANGER_WORD "\n", "%s%s", list.out, run.err);
}

/* Where a ledger may lie */

static void folder_check(const char *folder, const char *mode, const char *owner, bool is_taken)
{
	struct run run, bare;

	shell_must(run_format("rm -rf %s; mkdir %s && chown %s %s && chmod %s %s", folder, folder,
			      owner, folder, mode, folder));
	run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", folder, "--", LEAK);
	bare = RUN_WITH(((struct run_options){
				.environment = RUN_ARGV(
					"LD_PRELOAD=" UNCLOSED_LIBRARY,
					run_format("UNCLOSED_OPTIONS=ledger_dir=%s", folder)) }),
			LEAK);
	cr_expect_eq(run_status(&run), is_taken ? 23 : 125, "%s %s: %s", mode, owner, run.err);
	cr_expect_eq(run_status(&bare), is_taken ? 23 : 0, "%s %s: %s", mode, owner, bare.err);
	if (is_taken)
		return;
	cr_expect_str_eq(run.out, "", "the program has not run");
	cr_expect_not_null(strstr(run.err, "others may write that folder"), "%s", run.err);
	cr_expect_eq(strchr(run.err, '\n') - run.err + 1, (ptrdiff_t)run.err_length, "%s", run.err);
	cr_expect_not_null(strstr(bare.err, "others may write"), "%s", bare.err);
	cr_expect_eq(strchr(bare.err, '\n') - bare.err + 1, (ptrdiff_t)bare.err_length, "%s",
		     bare.err);
	cr_expect_str_eq(shell(run_format("ls -A %s", folder)).out, "");
}

Test(security_ledgers, folder_that_others_may_write)
{
	const char *folder = run_path("ledgers");

	need_switching();
	folder_check(folder, "0755", "0:0", true);
	folder_check(folder, "01777", "0:0", true);
	folder_check(folder, "0777", "0:0", false);
	folder_check(folder, "0775", "0:0", false);
	folder_check(folder, "0755", STRANGER_WORD, false);
	folder_check(folder, "01777", STRANGER_WORD, false);
}

/* TMPDIR is asked for where /dev/shm takes no file; the next place is taken then. */
Test(security_ledgers, temporary_folder_that_others_may_write)
{
	const char *folder = run_path("temporary");
	const char *script = run_format(
		"mount -t tmpfs -o ro none /dev/shm || exit %d; TMPDIR=%s exec", SKIPPED, folder);
	struct run run;

	need_switching();
	shell_must(run_format("mkdir -m 0777 %s", folder));
	run = RUN("unshare", "-m", "sh", "-c",
		  run_format("%s %s %s", script, UNCLOSED_PROGRAM, LEAK));
	if (!strstr(run.err, "unclosed"))
		cr_skip("no mount namespace");
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "others may write that folder"), "%s", run.err);
	run = RUN("unshare", "-m", "sh", "-c",
		  run_format("%s env LD_PRELOAD=%s %s", script, UNCLOSED_LIBRARY, LEAK));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "others may write"), "%s", run.err);
}
