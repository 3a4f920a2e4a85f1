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
	struct watched watched = WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"),
				       directory, "remove");

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
	struct watched watched = WATCH("--ledger-dir", directory, "--", FIXTURE("cleaner"),
				       directory, "remove");

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

static void cut_check(const char *bytes)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", directory, FIXTURE("cleaner"),
			     directory, "cut", bytes);

	cr_expect_eq(run_status(&run), 125, "%s: %d %s", bytes, run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "was cut short"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, run_format("(%s of ", bytes)), "%s", run.err);
}

/* The launcher lives on, and says so; what is below the cut is as before. */
Test(gone, cut_ledger_is_told)
{
	cut_check("0");
	cut_check("4096");
	cut_check("1048576");
}

Test(gone, cut_ledger_that_ended_the_program_is_told)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", directory, FIXTURE("cleaner"),
			     directory, "cut");

	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "was ended by SIGBUS, because its ledger"), "%s",
			   run.err);
	cr_expect_eq(strchr(run.err, '\n'), run.err + strlen(run.err) - 1, "one line: %s",
		     run.err);
}
