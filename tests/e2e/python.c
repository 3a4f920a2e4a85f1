/* SPDX-License-Identifier: MIT */
/* Python closes its leaks itself, by reference counts and at its end: those closes do not count. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

static void setup(void)
{
	run_init();
	if (access(PYTHON, X_OK) != 0)
		cr_skip("no " PYTHON);
}

TestSuite(python, .init = setup, .fini = run_fini);

static struct watched script_watch(const char *script)
{
	struct watched watched = WATCH("--", PYTHON, "-c", script);

	cr_assert_not_null(watched.report, "%s", watched.run.err);
	return watched;
}

static void gc_check(const char *script, long long count)
{
	struct watched watched = script_watch(script);
	json_t *finding = report_finding(watched.report, "socket", "socket");

	cr_assert_eq(run_status(&watched.run), 23, "%d %s", run_status(&watched.run),
		     watched.run.err);
	cr_expect_str_eq(report_text(finding, "type"), "closed-by-gc", "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, NULL), count);
}

static void clean_check(const char *script)
{
	struct watched watched = script_watch(script);

	cr_expect_eq(run_status(&watched.run), 0, "%d %s", run_status(&watched.run),
		     watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, NULL), 0);
}

Test(python, lost_in_a_function)
{
	gc_check("import socket\n"
		 "def lose():\n"
		 "    s = socket.socket()\n"
		 "lose()\n",
		 1);
}

Test(python, kept_until_the_end)
{
	gc_check("import socket\n"
		 "s = [socket.socket() for _ in range(3)]\n",
		 3);
}

Test(python, closed)
{
	clean_check("import socket\n"
		    "s = socket.socket()\n"
		    "s.close()\n");
}

Test(python, with_statement)
{
	clean_check("import socket\n"
		    "with socket.socket() as s:\n"
		    "    pass\n");
}

/* A __del__ of the program's own closes: the program did it. */
Test(python, own_finalizer)
{
	clean_check("import socket\n"
		    "class Guard:\n"
		    "    def __init__(self):\n"
		    "        self.socket = socket.socket()\n"
		    "    def __del__(self):\n"
		    "        self.socket.close()\n"
		    "Guard()\n");
}

/* Closed by its number: nobody's finalizer. */
Test(python, os_close)
{
	clean_check("import os, socket\n"
		    "os.close(socket.socket().detach())\n");
}

Test(python, detached)
{
	struct watched watched = script_watch("import socket\n"
					      "print(socket.socket().detach())\n");
	json_t *finding = report_finding(watched.report, "socket", "socket");

	cr_assert_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_str_eq(report_text(finding, "type"), "leak");
	cr_expect_eq(report_number(finding, "descriptors/0/fd"), atoi(watched.run.out));
}

/* By policy: not counted at all, or only told. */
Test(python, gc_policy)
{
	static const char script[] = "import socket; s = socket.socket()";
	struct watched ignored = WATCH("--gc", "ignore", "--", PYTHON, "-c", script);
	struct watched noted = WATCH("--gc", "note", "--", PYTHON, "-c", script);

	cr_expect_eq(run_status(&ignored.run), 0, "%s", ignored.run.err);
	cr_expect_eq(run_status(&noted.run), 0, "%s", noted.run.err);
	cr_expect_eq(report_number(noted.report, "summary/noted"), 1, "%s", noted.run.err);
}

/* subprocess: a vfork child closes all it has; the parent's socket is still known. */
Test(python, subprocess)
{
	struct watched watched = script_watch("import socket, subprocess\n"
					      "fd = socket.socket().detach()\n"
					      "subprocess.run(['/bin/echo', 'hello'], check=True)\n"
					      "subprocess.run(['/bin/true'], close_fds=False)\n");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 3);
	cr_expect_str_eq(watched.run.out, "hello\n");
}

/* Each way of starting a worker, with a script that is a file: children read it, too. */
static struct watched workers_watch(const char *script)
{
	char path[] = "/tmp/unclosed_workers_XXXXXX";
	int fd = mkstemp(path);
	struct watched watched;

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, script, strlen(script)), (ssize_t)strlen(script));
	close(fd);
	watched = WATCH("-k", "all", "--", PYTHON, path);
	(void)unlink(path);
	cr_assert_not_null(watched.report, "%s", watched.run.err);
	return watched;
}

#define EACH_WAY                                                     \
	"if __name__ == '__main__':\n"                               \
	"    for way in ('fork', 'spawn', 'forkserver'):\n"          \
	"        p = multiprocessing.get_context(way).Process(target=work)\n" \
	"        p.start(); p.join(); p.close()\n"

/* What the machinery opens is its own, */
Test(python, workers_that_do_nothing)
{
	struct watched watched =
		workers_watch("import multiprocessing\ndef work(): pass\n" EACH_WAY);

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
}

/* and what a worker opens is not, though the machinery's frames are below it. */
Test(python, workers_that_leak)
{
	struct watched watched = workers_watch("import multiprocessing, os, socket\n"
					       "def work():\n"
					       "    for _ in range(7): socket.socket().detach()\n"
					       "    os.pipe()\n" EACH_WAY);

	cr_expect_eq(report_count(watched.report, "socket", "socket"), 21, "%s",
		     watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counted"), 27, "%s",
		     watched.run.err);
}

Test(python, manager)
{
	struct watched watched =
		script_watch("import multiprocessing\n"
			     "with multiprocessing.get_context('fork').Manager() as manager:\n"
			     "    d = manager.dict()\n"
			     "    d['a'] = 1\n");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
}

Test(python, multiprocessing)
{
	clean_check("import multiprocessing\n"
		    "multiprocessing.set_start_method('fork')\n"
		    "with multiprocessing.Pool(2) as pool:\n"
		    "    assert pool.map(abs, [-1, -2]) == [1, 2]\n");
}

/*
 * Four threads open and close files and sockets while workers, who do so, too, are forked.
 * Without sys.stdin: multiprocessing opens /dev/null in the place of it.
 */
#define BUSY_THREADS                                                                               \
	"import multiprocessing, os, socket, sys, threading\n"                                     \
	"sys.stdin = None\n"                                                                       \
	"over = threading.Event()\n"                                                               \
	"def use():\n"                                                                             \
	"    a, b = socket.socketpair()\n"                                                         \
	"    a.close(), b.close()\n"                                                               \
	"    os.close(os.open('/dev/null', os.O_RDONLY))\n"                                        \
	"def work():\n"                                                                            \
	"    while not over.is_set():\n"                                                           \
	"        use()\n"                                                                          \
	"        with open('/dev/null') as file:\n"                                                \
	"            file.read()\n"                                                                \
	"def child(number):\n"                                                                     \
	"    for _ in range(20):\n"                                                                \
	"        use()\n"                                                                          \
	"    leak(number)\n"                                                                       \
	"def run():\n"                                                                             \
	"    threads = [threading.Thread(target=work) for _ in range(4)]\n"                        \
	"    [thread.start() for thread in threads]\n"                                             \
	"    context = multiprocessing.get_context('fork')\n"                                      \
	"    for first in range(0, 24, 8):\n"                                                      \
	"        workers = [context.Process(target=child, args=(first + i,)) for i in range(8)]\n" \
	"        [worker.start() for worker in workers]\n"                                         \
	"        [worker.join() for worker in workers]\n"                                          \
	"        [worker.close() for worker in workers]\n"                                         \
	"    over.set()\n"                                                                         \
	"    [thread.join() for thread in threads]\n"

static struct watched busy_watch(const char *leak)
{
	struct watched watched =
		WATCH("--kinds", "all", "--", PYTHON, "-c",
		      run_format("%s%srun()\n", BUSY_THREADS, leak));

	cr_assert_not_null(watched.report, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/covered"), 25, "%s",
		     watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
	return watched;
}

Test(python, workers_among_threads)
{
	struct watched watched = busy_watch("def leak(number): pass\n");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, NULL), 0, "%s", watched.run.err);
}

/* One in each of two workers and one in the parent: these, and no other. */
Test(python, leaks_among_threads)
{
	struct watched watched =
		busy_watch("def leak(number):\n"
			   "    if number in (5, 17): os.open('/dev/null', os.O_RDONLY)\n"
			   "kept = socket.socket().detach()\n");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, "file"), 2, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, NULL), 3, "%s", watched.run.err);
}

/* A failed program keeps its status; what it lost is told. */
Test(python, uncaught_exception)
{
	struct watched watched = script_watch("import socket\n"
					      "def serve():\n"
					      "    s = socket.socket()\n"
					      "    raise ValueError\n"
					      "serve()\n");

	cr_expect_eq(run_status(&watched.run), 1, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1, "%s", watched.run.err);
}

Test(python, bare)
{
	struct run run = RUN_BARE(PYTHON, "-c",
				  "import socket; s = socket.socket(); print('end')");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_str_eq(run.out, "end\n");
}
