/* SPDX-License-Identifier: MIT */
/*
 * What other users may try, and what must come of it: nothing is written, shown or run that its
 * user did not ask for. Root becomes throw-away users, which need no account. Of the suites
 * security, security_ledgers and security_files.
 */
#ifndef UNCLOSED_TESTS_SECURITY_H
#define UNCLOSED_TESTS_SECURITY_H

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

#define SKIPPED 77
#define LEAK FIXTURE("leak")

#define USER_WORD "65534"
#define STRANGER_WORD "54321"

#define AS(user) "setpriv", "--reuid", user, "--regid", user, "--clear-groups"

/* Others reach what is in the test's folder, and may not write it. */
static inline void security_begin(void)
{
	run_init();
	(void)chmod(run_path("."), 0755);
}

/* Where we may not, or the other user may not reach the fixtures, there is nothing to test. */
static inline void need_switching(void)
{
	struct run alone;

	if (!run_find("setpriv"))
		cr_skip("no setpriv");
	alone = RUN(AS(STRANGER_WORD), LEAK);
	if (run_status(&alone) != 0)
		cr_skip("only root becomes another user who can execute this");
}

static inline struct run shell(const char *script)
{
	return RUN("sh", "-c", script);
}

static inline void shell_must(const char *script)
{
	struct run run = shell(script);

	cr_assert_eq(run_status(&run), 0, "%s: %s", script, run.err);
}

static inline bool exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* The command under the launcher, or in the bare form, with these options. */
static inline struct run attack(bool is_bare, const char *options, const char *const argv[])
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

#endif
