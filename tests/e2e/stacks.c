/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by all means: remembered, by libunwind, by libgcc. The library of
 * this test makes each walk by all of them, and traps where they differ.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "run.h"
#include "watch.h"

#define WORDS_MAX 64

TestSuite(stacks, .init = run_init, .fini = run_fini);

/* How often the processes of a command have libunwind mapped, a line each. */
#define MAPPINGS "grep -c libunwind.so /proc/self/maps"

/* Loading it is most of what a short process would cost, and it would not use it. */
Test(stacks, libunwind_is_loaded_where_it_is_used)
{
	struct run run =
		RUN(UNCLOSED_PROGRAM, "-q", "--", "grep", "-c", "libunwind.so", "/proc/self/maps");

	if (strcmp(run.out, "0\n") == 0)
		cr_skip("no libunwind");
	run = RUN(UNCLOSED_PROGRAM, "-q", "--", "env", "grep", "-c", "libunwind.so", "/proc/self/maps");
	cr_expect_str_neq(run.out, "0\n", "the program itself, after an exec");
	run = RUN(UNCLOSED_PROGRAM, "-q", "--", "sh", "-c",
		  "while read -r line; do case $line in *libunwind.so*) echo mapped; esac; done "
		  "</proc/self/maps");
	cr_expect_str_eq(run.out, "", "a shell: %s", run.out);
	run = RUN(UNCLOSED_PROGRAM, "-q", "--", "sh", "-c", MAPPINGS "; " MAPPINGS "; :");
	cr_expect_str_eq(run.out, "0\n0\n", "short children");
	run = RUN(UNCLOSED_PROGRAM, "-q", "--", "sh", "-c",
		  run_format("%s 70; %s 1; :", FIXTURE("walker"), FIXTURE("walker")));
	cr_expect_str_eq(run.out, "not mapped\nmapped\n", "the next process of a busy program");
}

static void agree(const char *const argv[])
{
	const char *words[WORDS_MAX] = { UNCLOSED_PROGRAM, "-q", "--gate", "none", "--" };
	struct run_options options = {
		.environment = RUN_ARGV("UNCLOSED_LIBRARY=" UNCLOSED_VERIFY_LIBRARY),
		.timeout_s = 120,
	};
	struct run_child child;
	struct run run;

	if (!run_find(argv[0]))
		cr_skip("no %s", argv[0]);
	for (size_t i = 0; argv[i]; i++)
		words[5 + i] = argv[i];
	child = run_start(&options, words);
	run = run_finish(&child);
	cr_expect_eq(run_status(&run), 0, "%s: %d, %s", argv[0], run_status(&run), run.err);
}

Test(stacks, frames_without_optimization)
{
	agree(RUN_ARGV(FIXTURE("frames")));
}

Test(stacks, frames_with_optimization)
{
	agree(RUN_ARGV(FIXTURE("frames_optimized")));
}

Test(stacks, python)
{
	agree(RUN_ARGV(PYTHON, "-c",
		       "import socket, threading, subprocess\n"
		       "def f(n):\n"
		       "    if n: return f(n - 1)\n"
		       "    for _ in range(500): socket.socket().close()\n"
		       "t = [threading.Thread(target=f, args=(i,)) for i in range(4)]\n"
		       "[x.start() for x in t]; [x.join() for x in t]\n"
		       "subprocess.run(['true'])\n"));
}

Test(stacks, node)
{
	agree(RUN_ARGV("node", "-e",
		       "const n = require('net'); let c = 0;\n"
		       "const s = n.createServer(x => x.end()).listen(0, '127.0.0.1', () => {\n"
		       "  const go = () => { if (++c > 300) return s.close();\n"
		       "    n.connect(s.address().port, '127.0.0.1').on('close', go).resume() };\n"
		       "  go() })"));
}

Test(stacks, perl)
{
	agree(RUN_ARGV("perl", "-e", "for (1..3000) { open(F, '/dev/null'); close F }"));
}

Test(stacks, java)
{
	agree(RUN_ARGV("java", "-version"));
}

/* Two objects at one address by turns, unloaded when the report reads them. */
Test(stacks, reloaded_plugins)
{
	struct watched watched =
		WATCH("--", FIXTURE("reloaded"), "10", FIXTURE("reloaded_plugin.so"),
		      FIXTURE("reloaded_plugin_other.so"));

	cr_expect_eq(expectations_check(&watched), 20, "%s", watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 2, "%s",
		     watched.run.err);
}
