/* SPDX-License-Identifier: MIT */
/*
 * The shipped rules: what a program keeps by design does not count, and what
 * the same program leaks does. Where the real program is there, it is run too.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "watch.h"

TestSuite(shipped, .init = run_init, .fini = run_fini);

#define ALL UNCLOSED_PROGRAM, "--kinds", "all", "--"

/* The fixture under the name of the program that rules ask for. */
static const char *named(const char *name)
{
	const char *program = run_path(name);
	struct run run = RUN("/bin/sh", "-c",
			     run_format("mkdir -p \"$(dirname '%s')\" && " C_COMPILER
					" -O1 -g -o '%s' '" SOURCES "/shipped.c'",
					program, program));

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	return program;
}

Test(shipped, rules_are_as_narrow_as_what_is_kept)
{
	static const struct {
		const char *name, *first, *second;
		int status;
	} cases[] = {
		{ "bin/postgres", "mdread", "latch", 0 },
		{ "bin/postgres", "mdread", "extension_opens", 23 },
		{ "bin/postgres", "latch", "extension_waits", 23 },
		{ "bin/postgres", "latch", "latch", 23 },
		{ "bin/postgres", "mdread", "connect", 23 },
		{ "bin/server", "mdread", "mdread", 23 },
		{ "bin/beam.smp", "pollset", "forker", 0 },
		{ "bin/beam.smp", "pollset", "driver", 23 },
		{ "bin/beam.smp", "forker", "forker", 23 },
		{ "bin/beam.smp", "pollset", "efile", 23 },
		{ "bin/xz", "pipe", "", 0 },
		{ "bin/xz", "pipe", "pipe", 23 },
		{ "bin/xz", "pipe", "read", 23 },
		{ "bin/gdb", "pipe", "read", 0 },
		{ "bin/gdb", "pipe", "connect", 23 },
		{ "bin/gdb", "pipe", "efile", 23 },
		{ "bin/ninja", "log", "", 0 },
		{ "bin/ninja", "log", "read", 23 },
		{ "bin/ninja", "log", "log", 23 },
		{ "bin/service", "signals", "", 0 },
		{ "bin/service", "signals", "signals", 23 },
		{ "bin/service", "signals", "signals_copy", 23 },
		{ "bin/service", "signals", "connect", 23 },
		{ "lib/chromium/chromium", "driver", "pipe", 0 },
		{ "lib/chromium/chromium", "driver", "connect", 23 },
		{ "lib/chromium/chromium", "driver", "efile", 23 },
		{ "bin/bundle", "pollset", "", 0 },
		{ "bin/bundle", "driver", "", 23 },
		{ "bin/bun", "driver", "", 0 },
		{ "bin/bun", "driver", "pipe", 23 },
		{ "bin/bun", "driver", "read", 23 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run;

		(void)unlink(run_path("bin/.ninja_log"));
		run = RUN(ALL, named(cases[i].name), cases[i].first, cases[i].second);

		cr_expect_eq(run_status(&run), cases[i].status, "%s %s %s: %s", cases[i].name,
			     cases[i].first, cases[i].second, run.err);
	}
}

/* What a program keeps alone, and with a leak of what is the user's. */
static void real_check(const char *kept, const char *leaking, const char *found)
{
	struct run run = RUN(ALL, "sh", "-c", run_format("cd %s && { %s; }", run_path(""), kept));

	cr_expect_eq(run_status(&run), 0, "%s: %s", kept, run.err);
	cr_expect_not_null(strstr(run.err, "suppressed"), "%s: %s", kept, run.err);
	if (!leaking)
		return;
	run = RUN(ALL, "sh", "-c", run_format("cd %s && { %s; }", run_path(""), leaking));
	cr_expect_eq(run_status(&run), 23, "%s: %s", leaking, run.err);
	cr_expect_not_null(strstr(run.err, found), "%s: %s", leaking, run.err);
}

Test(shipped, xz)
{
	if (!run_find("xz"))
		cr_skip("no xz");
	real_check("seq 9999 >z && xz -T 2 z && xz -d z.xz", NULL, NULL);
}

Test(shipped, gdb)
{
	if (!run_find("gdb"))
		cr_skip("no gdb");
	/* Without a program: gdb 16 opens its file by open(), as anything may be opened. */
	real_check("gdb -nx -q -batch -ex 'print 1'", NULL, NULL);
	if (system("gdb -nx -q -batch -ex 'python 1' >/dev/null 2>&1") != 0)
		return;
	real_check("gdb -nx -q -batch -ex 'python 1'",
		   "gdb -nx -q -batch -ex 'python import os; kept = os.pipe()'",
		   "2 leaked pipes");
}

Test(shipped, ninja)
{
	if (!run_find("ninja"))
		cr_skip("no ninja");
	real_check("printf 'rule touch\\n command = touch $out\\nbuild a: touch\\n' >build.ninja "
		   "&& ninja",
		   NULL, NULL);
}

/* A note by default, which is not shown. */
Test(shipped, cmake)
{
	struct run run;

	if (!run_find("cmake"))
		cr_skip("no cmake");
	run = RUN(ALL, "sh", "-c",
		  run_format("cd %s && echo /bin/true >link.txt && "
			     "cmake -E cmake_link_script link.txt",
			     run_path("")));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "known: 1 file handed on by exec"), "%s", run.err);
}

Test(shipped, erlang)
{
	if (!run_find("erl"))
		cr_skip("no erl");
	real_check("erl -noshell -eval 'halt().'",
		   "erl -noshell -eval '{ok, _} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}, inet]),"
		   " {ok, _} = file:open(\"kept\", [write, raw]), halt().'",
		   "1 leaked file from 1 place");
}

/* GLib's worker is nobody's; a context of the program's own is. */
Test(shipped, glib)
{
	static const char load[] = "import ctypes; g = ctypes.CDLL(\"libglib-2.0.so.0\");";
	const char *python = PYTHON;
	struct run run = RUN(python, "-c", load);

	if (run_status(&run) != 0)
		cr_skip("no GLib");
	run = RUN(ALL, python, "-c", run_format("%s g.g_unix_signal_add(10, g.g_free, 0)", load));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "suppressed"), "%s", run.err);
	run = RUN(ALL, python, "-c",
		  run_format("%s g.g_unix_signal_add(10, g.g_free, 0); g.g_main_context_new()",
			     load));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "left 1 eventfd open"), "%s", run.err);
}
