/* SPDX-License-Identifier: MIT */
/* Near the limit of descriptors: marks, snapshots, the command, and what is none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "watch.h"

#define LIMITS FIXTURE("limits")

TestSuite(limits, .init = run_init, .fini = run_fini);

static int opened(const struct run *run)
{
	const char *at = strstr(run->out, "opened ");

	cr_assert_not_null(at, "%s", run->err);
	return atoi(at + strlen("opened "));
}

/* Under the launcher, with snapshots in the test's folder and a command that notes them. */
static struct watched near(const char *what)
{
	const char *command = run_format("echo $UNCLOSED_SNAPSHOT >> %s", run_path("noted"));

	return WATCH("--snapshot-dir", run_path("snapshots"), "--at-limit", command, "--", LIMITS,
		     what);
}

static json_t *mark_at(json_t *report, int process, const char *at)
{
	json_t *marks = report_at(report, run_format("limits/%d/marks", process)), *mark;
	size_t i;

	json_array_foreach(marks, i,
			   mark) if (strcmp(report_text(mark, "at"), at) == 0) return mark;
	return NULL;
}

/* A snapshot lists as many sockets as there were, and is nobody else's to read. */
static void snapshot_check(json_t *mark, int sockets)
{
	const char *path = report_text(mark, "snapshot");
	struct stat status;
	json_t *report;

	cr_assert_eq(stat(path, &status), 0, "%s '%s'", report_text(mark, "at"), path);
	cr_expect_eq(status.st_mode & 0777, 0600);
	report = report_load(path);
	cr_expect_eq(report_count(report, "socket", "socket"), sockets, "%s", path);
	cr_expect_eq(json_array_size(report_at(report, "findings/0/descriptors")), sockets);
	cr_expect_eq(report_number(report, "limits/0/process"),
		     report_number(report, "findings/0/processes/0"));
	json_decref(report);
}

static void marks_check(json_t *report)
{
	static const struct {
		const char *at;
		int open;
	} marks[] = { { "80%", 52 }, { "90%", 58 }, { "95%", 61 }, { "EMFILE", 64 } };

	cr_expect_eq(json_array_size(report_at(report, "limits/0/marks")), 4);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		json_t *mark = mark_at(report, 0, marks[i].at);

		cr_assert_not_null(mark, "%s", marks[i].at);
		cr_expect_eq(report_number(mark, "open"), marks[i].open);
		cr_expect_eq(report_number(mark, "limit"), 64);
		cr_expect_eq(report_number(mark, "holders/0/count"), marks[i].open - 3, "%s: %s",
			     marks[i].at, report_text(mark, "why"));
		cr_expect_str_eq(report_text(mark, "holders/0/call"), "socket");
		cr_expect(strstr(report_text(mark, "holders/0/where"), "limits.c:"));
		snapshot_check(mark, marks[i].open - 3);
	}
}

static int lines_of(const char *name)
{
	const char *text = run_read(run_path(name), NULL);
	int count = 0;

	for (; text && *text; text++)
		count += *text == '\n';
	return count;
}

Test(limits, a_program_that_fills_its_table)
{
	struct watched watched = near("fill");

	cr_assert_eq(opened(&watched.run), 61);
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	marks_check(watched.report);
	cr_expect_eq(report_number(watched.report, "limits/0/refused/0/count"), 4);
	cr_expect_eq(lines_of("noted"), 4);
	cr_expect(strstr(watched.run.err, "64 of 64 descriptors open when one more was refused") <
			  strstr(watched.run.err, "[1]"),
		  "%s", watched.run.err);
	cr_expect(strstr(watched.run.err,
			 "61 sockets by socket at socket_open (tests/fixtures/limits.c:"),
		  "%s", watched.run.err);
	cr_expect(strstr(watched.run.err,
			 "ran out of descriptors: socket failed with EMFILE 4 times"),
		  "%s", watched.run.err);
}

/* It is looked at while it runs. */
Test(limits, a_program_that_runs_on)
{
	struct watched watched = near("slow");
	json_t *mark = mark_at(watched.report, 0, "EMFILE");
	json_t *snapshot = report_load(report_text(mark, "snapshot"));

	marks_check(watched.report);
	cr_expect(json_is_true(report_at(snapshot, "live")), "%s", watched.run.err);
	json_decref(snapshot);
}

Test(limits, without_a_launcher)
{
	const char *options = run_format(
		"UNCLOSED_OPTIONS=json=%s:snapshot-dir=%s:at-limit=echo $UNCLOSED_SNAPSHOT >> %s",
		run_path("report.json"), run_path("snapshots"), run_path("noted"));
	const struct run_options bare = { .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
								  options) };
	static const char *const names[] = { "fill", "slow", "reaper" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct run run = RUN_WITH(bare, LIMITS, names[i]);

		cr_expect_eq(run_status(&run), 23, "%s", run.err);
		cr_expect_str_eq(run.out, "opened 61\n");
		marks_check(report_load(run_path("report.json")));
	}
}

/* A program that a process of the session executes has the options from its environment. */
Test(limits, a_child_without_a_launcher)
{
	const char *options = run_format("UNCLOSED_OPTIONS=json=%s:snapshot-dir=%s",
					 run_path("report.json"), run_path("snapshots"));
	const struct run_options bare = { .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
								  options) };
	const char *command = run_format("%s fill; exit 0", LIMITS);
	struct run run = RUN_WITH(bare, "/bin/sh", "-c", command);

	cr_expect_str_eq(run.out, "opened 61\n", "%s", run.err);
	marks_check(report_load(run_path("report.json")));
}

/* Images of one number that meet one mark have a file each. */
Test(limits, a_program_that_executes_itself)
{
	struct watched watched = near("again");
	json_t *first = mark_at(watched.report, 0, "80%"),
	       *second = mark_at(watched.report, 1, "80%");

	cr_expect_eq(json_array_size(report_at(watched.report, "limits")), 2, "%s",
		     watched.run.err);
	cr_expect(strstr(report_text(first, "snapshot"), "-80.json"), "%s", watched.run.err);
	cr_expect(strstr(report_text(second, "snapshot"), "-80-2.json"), "%s", watched.run.err);
	snapshot_check(first, 49);
	cr_expect_eq(report_count(report_load(report_text(second, "snapshot")), "socket", "socket"),
		     49);
	watched = near("at-once");
	cr_expect_str_eq(report_text(mark_at(watched.report, 0, "80%"), "why"),
			 "the process executed another program before it was looked at", "%s",
			 watched.run.err);
}

/* A peer sees the end of a connection at once, whatever a tool is about. */
Test(limits, what_is_closed_is_closed)
{
	static const char *const names[] = { "ends", "ends-reaper" };
	const struct run_options bare = {
		.environment = RUN_ARGV(
			"LD_PRELOAD=" UNCLOSED_LIBRARY,
			run_format("UNCLOSED_OPTIONS=gate=none:snapshot-dir=%s", run_path("")))
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct run run = RUN_WITH(bare, LIMITS, names[i]);

		cr_expect_eq(run_status(&run), 0, "%s: %s%s", names[i], run.out, run.err);
	}
}

/* What was closed before the tool came is in no place, and that is said. */
Test(limits, what_is_closed_before_the_look)
{
	struct watched watched = near("gone");

	cr_expect_eq(report_number(mark_at(watched.report, 0, "95%"), "open"), 61, "%s",
		     watched.run.err);
	cr_expect_eq(report_number(mark_at(watched.report, 0, "95%"), "found"), 13);
	cr_expect(strstr(watched.run.err, "48 of them were closed before they could be looked at"),
		  "%s", watched.run.err);
}

/* A mark is taken while the command of the one before runs, which is not waited for for ever. */
Test(limits, a_command_that_takes_long)
{
	struct watched watched = WATCH("--snapshot-dir", run_path("snapshots"), "--gate", "none",
				       "--at-limit", "exec sleep 7", "--", LIMITS, "slow");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect(json_is_true(report_at(
		report_load(report_text(mark_at(watched.report, 0, "EMFILE"), "snapshot")),
		"live")));
}

/* Beside the JSON report, when no folder is named. */
Test(limits, beside_the_report)
{
	struct watched watched = WATCH(LIMITS, "fill");
	const char *path = report_text(mark_at(watched.report, 0, "90%"), "snapshot");

	cr_expect_eq(strncmp(path, run_path(""), strlen(run_path(""))), 0, "%s", path);
}

/* Each mark is one thread's to tell. */
Test(limits, eight_threads_at_once)
{
	struct watched watched = near("threads");

	cr_expect_eq(opened(&watched.run), 61);
	cr_expect_leq(json_array_size(report_at(watched.report, "limits/0/marks")), 4);
	cr_expect(mark_at(watched.report, 0, "EMFILE"), "%s", watched.run.err);
	cr_expect_eq(lines_of("noted"),
		     (int)json_array_size(report_at(watched.report, "limits/0/marks")));
	cr_expect_eq(report_count(report_load(report_text(mark_at(watched.report, 0, "EMFILE"),
							  "snapshot")),
				  "socket", "socket"),
		     61);
}

/* A high number says nothing where it was chosen. */
Test(limits, what_is_far_from_it)
{
	static const char *const names[] = { "high", "raise" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct watched watched = near(names[i]);

		cr_expect_null(report_at(watched.report, "limits"), "%s: %s", names[i],
			       watched.run.err);
		cr_expect_null(strstr(watched.run.err, "Limit of descriptors"), "%s",
			       watched.run.err);
	}
}

Test(limits, numbers_that_were_chosen_are_counted)
{
	struct watched watched = near("placed");

	/* They are counted at every other one. */
	cr_expect_geq(report_number(mark_at(watched.report, 0, "80%"), "open"), 52, "%s",
		      watched.run.err);
	cr_expect_leq(report_number(mark_at(watched.report, 0, "80%"), "open"), 53);
	cr_expect_eq(json_array_size(report_at(watched.report, "limits/0/marks")), 1);
}

/* The marks that are below what is open are no news. */
Test(limits, a_limit_that_is_lowered)
{
	struct watched watched = near("lower");

	cr_expect_eq(report_number(mark_at(watched.report, 0, "95%"), "open"), 61, "%s",
		     watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "limits/0/marks")), 1);
}

/* Children have met what their parent has; the last one meets more. */
Test(limits, forked_children)
{
	struct watched watched = near("forks");

	cr_expect_eq(json_array_size(report_at(watched.report, "limits")), 2, "%s",
		     watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "limits/0/marks")), 1);
	cr_expect_eq(json_array_size(report_at(watched.report, "limits/1/marks")), 3);
	cr_expect_eq(report_number(mark_at(watched.report, 1, "EMFILE"), "open"), 64);
}

/* The user has so many instances of inotify at most; the table has room. */
Test(limits, a_limit_of_the_user)
{
	struct watched watched = near("inotify");

	if (opened(&watched.run) >= 4000)
		cr_skip_test("this user may have as many");
	cr_expect(json_is_true(report_at(watched.report, "limits/0/refused/0/of_user")), "%s",
		  watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "limits/0/marks")), 0);
	cr_expect(strstr(watched.run.err,
			 "met a limit of its user, with room for more descriptors: "
			 "inotify_init1 failed with EMFILE once"),
		  "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "ran out of descriptors"), "%s", watched.run.err);
}

Test(limits, what_fails_is_a_line)
{
	const struct run_options bare = {
		.environment =
			RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
				 "UNCLOSED_OPTIONS=snapshot-dir=/dev/null/there:gate=none")
	};
	struct run run =
		RUN(UNCLOSED_PROGRAM, "--snapshot-dir", "/dev/null/there", "--", LIMITS, "fill");

	cr_expect_eq(run_status(&run), 125);
	cr_expect_str_eq(run.err, "unclosed: cannot keep snapshots in '/dev/null/there': "
				  "Not a directory\n");
	cr_expect_str_empty(run.out);
	run = RUN_WITH(bare, LIMITS, "fill");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect(strstr(run.err, "no snapshot of process "), "%s", run.err);
	cr_expect(strstr(run.err, "at EMFILE of its descriptors: Not a directory\n"), "%s",
		  run.err);
	cr_expect(strstr(run.err, ": no snapshot: Not a directory\n"), "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--snapshot-dir", run_path("snapshots"), "--gate", "none",
		  "--at-limit", "exit 7", "--", LIMITS, "fill");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect(strstr(run.err, "the command of --at-limit failed with status 7: exit 7\n"), "%s",
		  run.err);
}

/* What a snapshot says can be read as any report. */
Test(limits, a_snapshot_is_a_report)
{
	struct watched watched = near("fill");
	struct run run = RUN(UNCLOSED_PROGRAM, "report",
			     report_text(mark_at(watched.report, 0, "80%"), "snapshot"));

	cr_expect(strstr(run.err, "49 × Unix stream socket"), "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "diff",
		  report_text(mark_at(watched.report, 0, "80%"), "snapshot"),
		  report_text(mark_at(watched.report, 0, "EMFILE"), "snapshot"));
	cr_expect(strstr(run.out, "61 (was 49) x Unix stream socket"), "%s%s", run.out, run.err);
}
