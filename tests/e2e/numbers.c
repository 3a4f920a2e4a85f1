/* SPDX-License-Identifier: MIT */
/* The numbers of a report: they add up, and are true of what they say. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

TestSuite(numbers, .init = run_init, .fini = run_fini);

static void counts_check(json_t *counts, const char *what)
{
	const char *kind;
	json_t *count;

	json_object_foreach(counts, kind, count)
	{
		long long opened = report_number(count, "opened");
		long long closed = report_number(count, "closed");
		long long left = report_number(count, "left"), peak = report_number(count, "peak");

		cr_expect_eq(opened, closed + left, "%s: %s: %lld opened, %lld closed, %lld left",
			     what, kind, opened, closed, left);
		cr_expect_leq(peak, opened, "%s: %s: peak %lld", what, kind, peak);
	}
}

static void report_check(json_t *report, const char *what)
{
	json_t *process;
	size_t i;

	cr_assert_not_null(report, "%s", what);
	counts_check(report_at(report, "summary/counts"), what);
	json_array_foreach(report_at(report, "processes"), i, process)
		counts_check(report_at(process, "counts"), what);
}

/* All that a fixture can do, each in a run of its own. */
static void fixture_check(const char *fixture, const char *list)
{
	struct run all = RUN(fixture, list);
	char *rest = all.out, *name;

	while ((name = strsep(&rest, "\n")) != NULL && *name)
		report_check(WATCH("--kinds", "all", "--gate", "none", "--", fixture, name).report,
			     name);
}

Test(numbers, add_up_whatever_is_left)
{
	fixture_check(FIXTURE("facts"), "--list");
	fixture_check(FIXTURE("kept"), "--list");
}

/* Forks, execs, programs that are not covered, closes and openings behind the C library. */
Test(numbers, add_up_over_processes)
{
	static const char *const scripts[] = {
		"exec 5</dev/null; exec /bin/true",
		"exec 5</dev/null; /bin/true; (exec 6</dev/null; exec /bin/cat /dev/null) | /bin/cat",
		"exec 5</dev/null; exec " FIXTURES "/leak_static",
		PYTHON " -c 'import os, socket\n"
		       "a = socket.socket(); os.set_inheritable(a.fileno(), True)\n"
		       "b = os.open(\"/dev/null\", 0)\n"
		       "if os.fork() == 0: os._exit(0)\n"
		       "os.wait(); os.execv(\"/bin/true\", [\"true\"])'",
		"( sleep 0.1; kill -KILL $BASHPID ) 7</dev/null; true",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		report_check(WATCH("--kinds", "all", "--gate", "none", "--", "bash", "-c",
				   scripts[i])
				     .report,
			     scripts[i]);
}

/* One after the other: never are two open at once. */
Test(numbers, most_open_at_once)
{
	struct watched watched =
		WATCH("--kinds", "all", "--gate", "none", "--", PYTHON, "-c",
		      "import os\n"
		      "for i in range(4):\n"
		      "    if os.fork() == 0: os._exit(os.eventfd(0) < 0 if i < 3 else 0)\n"
		      "    os.wait()\n");

	if (report_number(watched.report, "summary/counts/eventfd/opened") <= 0)
		cr_skip("this Python has no os.eventfd()");
	cr_expect_eq(report_number(watched.report, "summary/counts/eventfd/left"), 3);
	cr_expect_eq(report_number(watched.report, "summary/counts/eventfd/peak"), 1);
	cr_expect_not_null(strstr(watched.run.err, "1 open at most in one process"), "%s",
			   watched.run.err);
}

#define TENTH_NS 100000000LL

/* The tool saw the end of PROGRAM, the parent that of its child: neither could write it down. */
Test(numbers, time_of_what_a_signal_ended)
{
	struct watched program = WATCH("--", "bash", "-c", "sleep 0.2; kill -KILL $$");
	struct watched child =
		WATCH("--kinds", "all", "--gate", "none", "--", "bash", "-c",
		      "( exec 7</dev/null; sleep 0.2; kill -KILL $BASHPID ); true");
	json_t *process;
	size_t i, found = 0;

	cr_expect_geq(report_number(program.report, "processes/0/duration_ns"), TENTH_NS);
	cr_expect_geq(report_number(program.report, "session/duration_ns"), TENTH_NS);
	json_array_foreach(report_at(child.report, "processes"), i, process)
	{
		if (strcmp(report_text(process, "end/signal"), "SIGKILL") != 0)
			continue;
		found++;
		cr_expect_geq(report_number(process, "duration_ns"), TENTH_NS);
	}
	cr_expect_eq(found, 1, "%s", child.run.err);
}
