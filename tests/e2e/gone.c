/* SPDX-License-Identifier: MIT */
/* A ledger that goes away while its session runs: its name is removed, or its file is cut short. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run.h"
#include "watch.h"

static const char *directory;

static void begin(void)
{
	run_init();
	directory = run_path("ledgers");
	cr_assert_eq(mkdir(directory, 0700), 0);
}

TestSuite(gone, .init = begin, .fini = run_fini);

static const char reason[] = "the ledger's file was removed while the session ran";

Test(gone, removed_ledger_is_reported_from)
{
	struct watched watched =
		WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"), directory, "remove");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(expectations_check(&watched), 2);
	cr_expect_not_null(strstr(watched.run.err, reason), "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1);
}

Test(gone, removed_ledger_can_be_kept)
{
	const char *kept = run_path("kept");
	struct run run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", directory, "--keep-ledger", kept,
			     FIXTURE("cleaner"), directory, "remove");
	struct run again = RUN(UNCLOSED_PROGRAM, "report", kept);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_eq(run_status(&again), 23, "%s", again.err);
}

/* PROGRAM inherits nothing of ours: the numbers are those without unclosed. */
Test(gone, open_ledger_is_not_inherited)
{
	struct watched watched =
		WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"), directory, "remove");

	cr_expect_eq(report_number(watched.report, "findings/0/descriptors/0/fd"), 3);
	cr_expect_eq(report_number(watched.report, "findings/1/descriptors/0/fd"), 4);
}

Test(gone, removed_ledger_of_a_bare_session)
{
	const char *options = run_format("UNCLOSED_OPTIONS=ledger_dir=%s", directory);
	const char *const environment[] = { "LD_PRELOAD=" UNCLOSED_LIBRARY, options, NULL };
	struct run run = RUN_WITH(((struct run_options){ .environment = environment }),
				  FIXTURE("cleaner"), directory, "remove");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, reason), "%s", run.err);
}

/*
 * What the program cuts it gets as another file: it goes on, and its record is whole. Of a
 * shell, and of a program that it starts, the same.
 */
static const char *const ways[] = {
	"truncate",
	"truncate64",
	"truncate_number",
	"truncate_link",
	"ftruncate",
	"open",
	"ftruncate_number",
	"open_written",
	"open_number",
	"openat",
	"openat2_number",
	"creat",
	"fopen",
	"freopen",
	"spawn",
	"hole",
	"hole_number",
};

static const char *const commands[] = {
	"for file in %s/*; do : > $file; done",
	"truncate -s 0 %s/unclosed-*",
	"cp /dev/null %s/unclosed-*",
	"dd if=/dev/null of=$(echo %s/unclosed-*) 2>/dev/null",
	"fallocate -p -o 0 -l 1048576 %s/unclosed-*",
	"find %s -type f -exec sh -c ': > $0' {} ';'",
};

#define COUNT(array) (sizeof(array) / sizeof(array[0]))

/* The program's last line. */
static bool is_well(const struct run *run)
{
	return strstr(run->out, "\nwell\n") != NULL;
}

static bool is_empty(void)
{
	struct run list = RUN("ls", "-A", directory);

	return *list.out == '\0';
}

static void kept_check(const char *way, const char *argument)
{
	struct watched watched = WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"),
				       directory, way, argument);

	cr_expect_eq(run_status(&watched.run), 23, "%s %s: %d\n%s", way, argument,
		     run_status(&watched.run), watched.run.err);
	cr_expect(is_well(&watched.run), "%s %s: %s", way, argument, watched.run.out);
	cr_assert_not_null(watched.report, "%s %s", way, argument);
	cr_expect_eq(expectations_check(&watched), 2, "%s %s", way, argument);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s %s", way,
		     argument);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s %s", way, argument);
	cr_expect(is_empty(), "%s %s: something is left behind", way, argument);
}

Test(gone, program_that_cuts_its_ledger_cuts_another_file)
{
	for (size_t i = 0; i < COUNT(ways); i++)
		kept_check(ways[i], "0");
}

Test(gone, command_that_cuts_the_ledger_cuts_another_file)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		kept_check("run", run_format(commands[i], directory));
#pragma GCC diagnostic pop
	}
}

/* With a name in /dev/shm alone. */
Test(gone, shared_memory_of_that_name_is_another_file)
{
	struct watched watched =
		WATCH("--ledger-dir", "/dev/shm", "--", FIXTURE("cleaner"), directory, "shm_open");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(expectations_check(&watched), 2);
}

Test(gone, bare_program_that_cuts_its_ledger_cuts_another_file)
{
	const char *options = run_format("UNCLOSED_OPTIONS=ledger_dir=%s", directory);
	const char *const environment[] = { "LD_PRELOAD=" UNCLOSED_LIBRARY, options, NULL };

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct run run = RUN_WITH(((struct run_options){ .environment = environment }),
					  FIXTURE("cleaner"), directory, ways[i], "0");

		cr_expect_eq(run_status(&run), 23, "%s: %d\n%s", ways[i], run_status(&run),
			     run.err);
		cr_expect(is_well(&run), "%s: %s", ways[i], run.out);
		cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
		cr_expect(is_empty(), "%s: something is left behind", ways[i]);
	}
}

/*
 * Somebody else cuts it: the launcher makes it long again, or with "leave" mostly the
 * process that waited, which without a launcher is alone with it.
 */
static const char *cutter_command(const char *way, const char *bytes)
{
	return run_format("%s %s %s %s", FIXTURE("cutter"), directory, way, bytes);
}

static void lost_run_check(const struct run *run, const char *what, int status)
{
	cr_expect_eq(run_status(run), status, "%s: %d %s", what, run_status(run), run->err);
	cr_expect(is_well(run), "%s: %s", what, run->out);
	cr_expect_not_null(strstr(run->err, "was cut short or overwritten"), "%s: %s", what,
			   run->err);
	cr_expect_eq(strchr(run->err, '\n'), run->err + strlen(run->err) - 1, "one line: %s",
		     run->err);
	cr_expect(is_empty(), "%s: something is left behind", what);
}

static void lost_check(const char *how, const char *way, const char *bytes)
{
	const char *command = cutter_command(way, bytes);
	struct run run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", directory, "--", FIXTURE("cleaner"),
			     directory, how, command);
	struct run failing = RUN(UNCLOSED_PROGRAM, "--ledger-dir", directory, "--",
				 FIXTURE("cleaner"), directory, how, command, "7");

	lost_run_check(&run, command, 125);
	lost_run_check(&failing, command, 7);
}

Test(gone, ledger_that_a_stranger_cuts_is_told)
{
	lost_check("run", "truncate", "0");
	lost_check("run", "truncate", "4096");
	lost_check("run", "truncate", "9000");
	lost_check("run", "open", "0");
	lost_check("run", "hole", "0");
	lost_check("run", "truncate", "0 leave");
	lost_check("run", "truncate", "4096 leave");
	lost_check("run", "hole", "0 leave");
	lost_check("pipe", "truncate", "0 leave");
}

static void bare_lost_check(const char *how, const char *way, const char *bytes)
{
	const char *options = run_format("UNCLOSED_OPTIONS=ledger_dir=%s", directory);
	const char *const environment[] = { "LD_PRELOAD=" UNCLOSED_LIBRARY, options, NULL };
	const struct run_options in = { .environment = environment };
	const char *command = cutter_command(way, bytes);
	struct run run = RUN_WITH(in, FIXTURE("cleaner"), directory, how, command);
	struct run failing = RUN_WITH(in, FIXTURE("cleaner"), directory, how, command, "7");

	lost_run_check(&run, command, 125);
	lost_run_check(&failing, command, 7);
}

Test(gone, ledger_of_a_bare_session_that_a_stranger_cuts_is_told)
{
	bare_lost_check("run", "truncate", "0 leave");
	bare_lost_check("run", "truncate", "4096 leave");
	bare_lost_check("run", "open", "0 leave");
	bare_lost_check("run", "hole", "0 leave");
	bare_lost_check("pipe", "truncate", "0 leave");
}

/* What is cut off was never in use. */
Test(gone, ledger_that_a_stranger_cuts_behind_its_end_is_whole)
{
	static const char *const sizes[] = { "16777216", "16777216 leave", "1048576 leave" };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct watched watched =
			WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"), directory, "run",
			      cutter_command("truncate", sizes[i]));

		cr_expect_eq(run_status(&watched.run), 23, "%s: %s", sizes[i], watched.run.err);
		cr_expect_eq(expectations_check(&watched), 2, "%s", sizes[i]);
		cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1,
			     "the static program itself");
	}
}
