/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by all means: remembered, by libunwind, by libgcc. The library of
 * this test makes each walk by all of them, and traps where they differ.
 */
#include <criterion/criterion.h>

#include "run.h"
#include "watch.h"

#define WORDS_MAX 64

TestSuite(stacks, .init = run_init, .fini = run_fini);

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
