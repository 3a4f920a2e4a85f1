/* SPDX-License-Identifier: MIT */
/*
 * What Python closes because the program did not, and what the program closes in ways that look
 * like it: with CPython as a distribution ships it, stripped.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

static void setup(void)
{
	run_init();
	if (access(PYTHON, X_OK) != 0)
		cr_skip("no " PYTHON);
}

TestSuite(python_gc, .init = setup, .fini = run_fini);

struct sample {
	const char *name;
	int count; /* that Python closed; all others were closed by the program */
	const char *script;
};

#define CYCLE                     \
	"import gc, os, socket\n" \
	"class C: pass\n"         \
	"def lose(thing):\n"      \
	"    c = C()\n"           \
	"    c.me, c.thing = c, thing\n"

#define GUARD                                                           \
	"class Guard:\n"                                                \
	"    def __init__(self):\n"                                     \
	"        self.s, self.f = socket.socket(), open('/dev/null')\n" \
	"        self.fd = os.open('/dev/null', os.O_RDONLY)\n"         \
	"    def close(self):\n"                                        \
	"        self.s.close(), self.f.close(), os.close(self.fd)\n"

/* A writer of asyncio whose `end` comes while its loop runs, which closes the socket afterwards. */
#define WRITER(end)                                                                \
	"import asyncio, gc\n"                                                     \
	"async def serve(r, w):\n"                                                 \
	"    await r.read(1)\n"                                                    \
	"    w.close()\n"                                                          \
	"async def talk(port):\n"                                                  \
	"    r, w = await asyncio.open_connection('127.0.0.1', port)\n"            \
	"    " end "\n"                                                            \
	"async def main():\n"                                                      \
	"    async with await asyncio.start_server(serve, '127.0.0.1', 0) as s:\n" \
	"        await talk(s.sockets[0].getsockname()[1])\n"                      \
	"        gc.collect()\n"                                                   \
	"        await asyncio.sleep(0.05)\n"                                      \
	"asyncio.run(main())\n"

/* What its finaliser does from CPython 3.13 on, in any: it stops watching, and does not close. */
#define UNWATCHED(name)                                                                 \
	"import select, socket\n"                                                       \
	"code = 'class " name ":\\n'"                                                   \
	"' def __init__(self, poll, thing): self.poll, self.thing = poll, thing\\n'"    \
	"' def __del__(self): self.poll.unregister(self.thing)'\n"                      \
	"exec(compile(code, '/lib/python3.99/asyncio/streams.py', 'exec'))\n"           \
	"with select.epoll() as poll, socket.socket() as s:\n"                          \
	"    poll.register(s.fileno(), 1)\n"                                            \
	"    w = " name "(poll, s)\n"                                                   \
	"    del w\n"

static const struct sample lost[] = {
	{ "a writer of asyncio", 1, WRITER("w.write(b'x')") },
	{ "a writer of asyncio in a cycle", 1, WRITER("w.write(b'x'); w.me = w") },
	{ "what stops being watched in a writer's finaliser", 1, UNWATCHED("StreamWriter") },
	{ "a cycle that gc.collect() finds", 2,
	  CYCLE "lose(socket.socket())\nlose(open('/dev/null'))\ngc.collect()\n" },
	{ "a cycle that a collection finds", 1,
	  CYCLE "lose(socket.socket())\nx = [[i] for i in range(200000)]\n" },
	{ "cycles that the end finds", 2,
	  CYCLE "lose(socket.socket())\nlose(open('/dev/null'))\n" },
	{ "files of expressions", 3, "for _ in range(3): open('/dev/null').read()\n" },
	{ "a file of a module", 1, "f = open('/dev/null')\n" },
	{ "a lost object of makefile()", 1,
	  "import socket\ns = socket.socket()\nm = s.makefile()\ns.close()\ndel s\nm = None\n" },
	{ "an object of makefile() at the end", 1,
	  "import socket\ns = socket.socket()\nm = s.makefile('rwb')\ns.close()\ndel s\n" },
	{ "a pipe of Popen", 1,
	  "import subprocess\n"
	  "subprocess.Popen(['/bin/true'], stdout=subprocess.PIPE).wait()\n" },
	{ "a socket in a lost generator", 1,
	  "import socket\n"
	  "def g():\n    s = socket.socket()\n    yield\n    s.close()\n"
	  "x = g()\nnext(x)\ndel x\n" },
	{ "a directory", 1, "import os\nd = os.scandir('/')\nnext(d)\ndel d\n" },
	{ "a loop of asyncio", 3,
	  "import asyncio\nloop = asyncio.new_event_loop()\n"
	  "loop.run_until_complete(asyncio.sleep(0))\ndel loop\n" },
	{ "beside a close on the same line", 2,
	  "import os\n"
	  "for i in range(4): open('/dev/null').read() if i % 2 else open('/dev/null').close()\n" },
};

static const struct sample closed[] = {
	{ "a writer of asyncio that was closed", 0, WRITER("w.close(); await w.wait_closed()") },
	{ "what stops being watched elsewhere", 0, UNWATCHED("Watcher") },
	{ "blocks and calls", 0,
	  "import contextlib, os, socket, tempfile\n"
	  "with open('/dev/null') as f: f.read()\n"
	  "open('/dev/null', 'rb').close()\n"
	  "with contextlib.closing(socket.socket()): pass\n"
	  "with contextlib.ExitStack() as stack:\n"
	  "    stack.enter_context(open('/dev/null'))\n"
	  "    stack.callback(os.close, os.open('/dev/null', os.O_RDONLY))\n"
	  "with tempfile.TemporaryFile() as t: t.write(b'x')\n"
	  "with tempfile.NamedTemporaryFile() as t: t.write(b'x')\n"
	  "a, b = socket.socketpair()\n"
	  "with a, b, a.makefile('rwb') as m: m.write(b'x')\n"
	  "with os.scandir('/') as d: next(d)\n"
	  "list(map(lambda f: f.close(), [open('/dev/null') for _ in range(3)]))\n" },
	{ "while collections run", 0,
	  CYCLE "gc.set_threshold(1, 1, 1)\n"
		"for i in range(300):\n"
		"    lose(i)\n"
		"    with socket.socket(): pass\n"
		"    f = open('/dev/null'); f.close()\n" },
	{ "a __del__ of the program", 0,
	  CYCLE GUARD "    def __del__(self): self.close()\n"
		      "Guard()\nlose(Guard())\ngc.collect()\nlose(Guard())\ng = Guard()\n" },
	{ "a __del__ that is close()", 0,
	  CYCLE GUARD "    __del__ = close\n"
		      "Guard()\nlose(Guard())\ngc.collect()\nlose(Guard())\ng = Guard()\n" },
	{ "a generator's own blocks", 0,
	  CYCLE "def g():\n"
		"    with socket.socket(), open('/dev/null'): yield\n"
		"def h():\n"
		"    s = socket.socket()\n"
		"    try: yield\n"
		"    finally: s.close()\n"
		"x = g(); next(x); del x\n"
		"x = h(); next(x); lose(x); del x; gc.collect()\n" },
	{ "weakref.finalize()", 0,
	  CYCLE "import weakref\n"
		"c = C(); weakref.finalize(c, os.close, os.open('/dev/null', 0)); del c\n"
		"c = C(); s = socket.socket(); weakref.finalize(c, s.close); del c\n"
		"d = C(); t = socket.socket(); weakref.finalize(d, t.close)\n" },
	{ "a method of a file of the program", 0,
	  "import io, os\n"
	  "class Raw(io.RawIOBase):\n"
	  "    def __init__(self): self.fd = os.open('/dev/null', os.O_RDONLY)\n"
	  "    def close(self):\n"
	  "        if not self.closed: os.close(self.fd)\n"
	  "        super().close()\n"
	  "Raw()\nr = Raw()\n" },
	{ "functions for the end", 0,
	  "import atexit, os, socket\n"
	  "atexit.register(socket.socket().close)\n"
	  "atexit.register(open('/dev/null').close)\n"
	  "atexit.register(os.close, os.open('/dev/null', os.O_RDONLY))\n" },
	{ "asyncio", 0,
	  "import asyncio\n"
	  "async def serve(r, w):\n"
	  "    w.write(await r.read(4)); w.close(); await w.wait_closed()\n"
	  "async def main():\n"
	  "    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
	  "    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())\n"
	  "    w.write(b'ping'); await r.read(4); w.close(); await w.wait_closed()\n"
	  "    server.close(); await server.wait_closed()\n"
	  "    p = await asyncio.create_subprocess_exec('/bin/true',\n"
	  "        stdout=asyncio.subprocess.PIPE)\n"
	  "    await p.communicate()\n"
	  "asyncio.run(main())\n" },
};

static void sample_check(const struct sample *sample)
{
	struct watched watched = WATCH("-k", "all", "--", PYTHON, "-c", sample->script);
	json_t *findings = report_at(watched.report, "findings"), *finding;
	size_t i;

	cr_assert_not_null(watched.report, "%s: %s", sample->name, watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counted"), sample->count, "%s: %s",
		     sample->name, watched.run.err);
	cr_expect_eq(run_status(&watched.run), sample->count ? 23 : 0, "%s: %s", sample->name,
		     watched.run.err);
	json_array_foreach(findings, i, finding)
		cr_expect_str_eq(report_text(finding, "type"), "closed-by-gc", "%s: %s",
				 sample->name, watched.run.err);
}

Test(python_gc, lost)
{
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++)
		sample_check(&lost[i]);
}

Test(python_gc, closed)
{
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		sample_check(&closed[i]);
}

/* A warning shows the line of source, from a file that is closed in the finaliser. */
Test(python_gc, warnings)
{
	struct watched watched = WATCH("-k", "all", "--", PYTHON, "-X", "dev", "-c",
				       "import socket\n"
				       "def lose():\n"
				       "    s = socket.socket()\n"
				       "lose()\n");

	cr_assert_not_null(watched.report, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "ResourceWarning"));
	cr_expect_eq(report_number(watched.report, "summary/counted"), 1, "%s", watched.run.err);
}
