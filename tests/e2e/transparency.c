/* SPDX-License-Identifier: MIT */
/* A program sees no difference: output, status, numbers, errno, limits; and its stderr is its own.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define ABSENT FIXTURE("absent")
#define CLOSER FIXTURE("stderr_closer")

TestSuite(transparency, .init = run_init, .fini = run_fini);

/* Alone, in both forms: what `part` of the fixture prints. */
static void same_check(const char *part)
{
	struct run alone = RUN(ABSENT, part);
	struct watched watched = WATCH("--gate", "none", "--", ABSENT, part);
	struct run bare = RUN_WITH(
		((struct run_options){ .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
							       "UNCLOSED_OPTIONS=gate=none") }),
		ABSENT, part);

	cr_assert_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_expect_str_eq(bare.out, alone.out);
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(run_status(&bare), 0, "%s", bare.err);
	cr_expect_not_null(watched.report);
}

Test(transparency, closefrom)
{
	same_check("closefrom");
}

Test(transparency, close_loop)
{
	same_check("loop");
}

Test(transparency, close_range)
{
	same_check("close_range");
}

Test(transparency, threads)
{
	same_check("threads");
}

Test(transparency, descriptor_limit)
{
	same_check("limit");
}

Test(transparency, errno_is_kept)
{
	same_check("errno");
}

Test(transparency, signal_handlers)
{
	same_check("handlers");
}

/* At the limit, where no directory can be opened: all seventeen are in the report. */
Test(transparency, limit_is_reported)
{
	struct watched watched = WATCH("--", ABSENT, "limit");

	cr_expect_eq(report_count(watched.report, "socket", "socket"), 17);
	cr_expect(json_is_true(report_at(watched.report, "processes/0/kernel_check/done")));
}

/* With little address space (sanitizers take more), small files, and hardly any descriptors. */
Test(transparency, small_limits)
{
	const char *script = IS_SANITIZED ? "ulimit -n 16 -f 64; exec \"$0\" \"$1\""
					  : "ulimit -n 16 -v 400000 -f 64; exec \"$0\" \"$1\"";
	struct run run = RUN("/bin/sh", "-c", script, UNCLOSED_PROGRAM, FIXTURE("leak"));

	cr_expect_eq(run_status(&run), 23, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "1 × TCP socket"), "%s", run.err);
}

/* With the launcher, the report is there whatever the program did to its own stderr. */
static void closer_check(const char *how)
{
	const char *file = run_path("user.dat");
	struct run alone = RUN(CLOSER, how, file);
	struct watched watched = WATCH("--", CLOSER, how, file);

	cr_expect_eq(run_status(&alone), 0);
	cr_expect_eq(run_status(&watched.run), 23);
	cr_expect_str_eq(watched.run.out, "buffered\n");
	cr_expect_not_null(strstr(watched.run.err, "1 × TCP socket"), "%s", watched.run.err);
	if (strcmp(how, "reuse") == 0)
		cr_expect_str_eq(run_read(file, NULL), "data\n");
}

Test(transparency, stderr_closed)
{
	closer_check("close");
}

Test(transparency, stderr_closed_at_exit)
{
	closer_check("atexit");
}

Test(transparency, stderr_number_reused)
{
	closer_check("reuse");
}

Test(transparency, stderr_to_null)
{
	closer_check("dup2");
}

/*
 * Without it, the report goes to what was stderr, or nowhere, and then the status is the program's
 * own: never into a file of the program.
 */
static struct run bare_closer(const char *how, int status)
{
	const char *file = run_path("user.dat");
	struct run bare = RUN_BARE(CLOSER, how, file);

	cr_expect_eq(run_status(&bare), status, "%s: %d", how, run_status(&bare));
	cr_expect_str_eq(bare.out, "buffered\n");
	if (strcmp(how, "reuse") == 0)
		cr_expect_str_eq(run_read(file, NULL), "data\n");
	return bare;
}

/* coreutils do so, in an exit handler: the report is seen all the same. */
Test(transparency, bare_stderr_closed_at_exit)
{
	struct run bare = bare_closer("atexit", 23);

	cr_expect_not_null(strstr(bare.err, "1 × TCP socket"), "%s", bare.err);
}

Test(transparency, bare_stderr_closed)
{
	bare_closer("close", 0);
}

Test(transparency, bare_stderr_number_reused)
{
	bare_closer("reuse", 0);
}

Test(transparency, bare_stderr_to_null)
{
	bare_closer("dup2", 0);
}

/* ls closes stdout and stderr in its exit handler. */
Test(transparency, bare_ls)
{
	struct run alone = RUN("/bin/ls", "/");
	struct run bare = RUN_BARE("/bin/ls", "/");

	cr_expect_eq(run_status(&bare), 0);
	cr_expect_str_eq(bare.out, alone.out);
	cr_expect_not_null(strstr(bare.err, "no socket left open"), "%s", bare.err);
}

/* Valgrind has nothing to say of the library: no error, no warning, the program's own status. */
static void valgrind_check(const char *tool, const char *const program[3])
{
	struct run run = RUN(UNCLOSED_PROGRAM, "-q", "--gate", "none", "--", "valgrind", "-q", tool,
			     "--error-exitcode=9", program[0], program[1], program[2]);

	cr_expect_eq(run_status(&run), 0, "%s %s: %s", tool, program[0], run.err);
	cr_expect_str_eq(run.err, "", "%s %s", tool, program[0]);
}

Test(transparency, under_valgrind)
{
	struct run found = RUN("/bin/sh", "-c", "valgrind --version");
	static const char *const programs[][3] = {
		{ FIXTURE("frames"), NULL, NULL },
		{ FIXTURE("endings"), "return", NULL },
		{ PYTHON, "-c", "import socket; kept = socket.socket()" },
	};

	if (run_status(&found) != 0)
		cr_skip("no valgrind");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		valgrind_check("--tool=memcheck", programs[i]);
	valgrind_check("--tool=none", programs[0]);
}

/* Both forms are switched off by one variable. */
Test(transparency, switched_off)
{
	struct run_options off = { .environment = RUN_ARGV("UNCLOSED_OPTIONS=off") };
	struct run_options bare_off = { .environment = RUN_ARGV("UNCLOSED_OPTIONS=off",
								"LD_PRELOAD=" UNCLOSED_LIBRARY) };
	struct run launched = RUN_WITH(off, UNCLOSED_PROGRAM, FIXTURE("leak"), "3");
	struct run bare = RUN_WITH(bare_off, FIXTURE("leak"), "0");

	cr_expect_eq(run_status(&launched), 3);
	cr_expect_str_eq(launched.err, "");
	cr_expect_eq(run_status(&bare), 0);
	cr_expect_str_eq(bare.err, "");
}

/* In the bare form a bad key is a warning, never a failed program. */
Test(transparency, bad_key)
{
	struct run_options options = { .environment = RUN_ARGV("UNCLOSED_OPTIONS=nonsense=1",
							       "LD_PRELOAD=" UNCLOSED_LIBRARY) };
	struct run run = RUN_WITH(options, FIXTURE("tree"), "clean");

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "nonsense"), "%s", run.err);
}

/* The status of a program may be the one that says "not found". */
Test(transparency, bare_status_127)
{
	struct run run = RUN_BARE("/bin/sh", "-c", "exit 127");

	cr_expect_eq(run_status(&run), 127);
	cr_expect_null(strstr(run.err, "cannot start"), "%s", run.err);
}

/* Options are the session's, also when the program ends as one with another environment. */
Test(transparency, bare_options_outlive_the_environment)
{
	struct run run =
		RUN_WITH(((struct run_options){
				 .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
							 "UNCLOSED_OPTIONS=error-exitcode=7") }),
			 "/usr/bin/env", "-i", FIXTURE("leak"));

	cr_expect_eq(run_status(&run), 7, "%d: %s", run_status(&run), run.err);
}
