/* SPDX-License-Identifier: MIT */
/* Further reports of a run: all at once, in time, and only where asked. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

#define LEAK FIXTURE("leak")

#define IN_FOLDER(name) run_path("o/" name)

TestSuite(outputs, .init = run_init, .fini = run_fini);

static bool has_file(const char *pattern)
{
	return system(run_format("test -s %s/%s", run_path("o"), pattern)) == 0;
}

Test(outputs, all_come_from_one_run)
{
	struct run run = RUN_WITH(
		((struct run_options){ .environment = RUN_ARGV(run_format(
					       "GITHUB_STEP_SUMMARY=%s/step.md", run_path("o"))) }),
		UNCLOSED_PROGRAM, "--json", IN_FOLDER("a/r.json"), "--sarif",
		IN_FOLDER("b/%e.sarif"), "--junit", IN_FOLDER("c-%p/%t.xml"), "--summary",
		IN_FOLDER("r.md"), "--github", "-o", IN_FOLDER("r.txt"), LEAK);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect(has_file("a/r.json") && has_file("b/leak.sarif") &&
		  has_file("c-[0-9]*/[0-9]*.xml") && has_file("r.md") && has_file("r.txt") &&
		  has_file("step.md"));
	cr_expect_eq(strncmp(run.err, "::error file=", 13), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "leak.c,line="), "%s", run.err);
	cr_expect_eq(system(run_format("cmp %s/r.md %s/step.md >&2", run_path("o"), run_path("o"))),
		     0);
	cr_expect_eq(system(run_format("test $(find %s -type f | wc -l) = 6", run_path("o"))), 0,
		     "no temporary file is left");
}

/* A job that cannot keep its report must not first run for an hour. */
Test(outputs, are_checked_before_the_program_starts)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--sarif", "/proc/none/r.sarif", "--junit", "/tmp",
			     "--", "/bin/sh", "-c", "echo ran");

	cr_expect_eq(run_status(&run), 125);
	cr_expect_str_eq(run.out, "");
	cr_expect_not_null(
		strstr(run.err, "cannot write SARIF report '/proc/none/r.sarif': No such"), "%s",
		run.err);
	cr_expect_not_null(strstr(run.err, "cannot write JUnit report"), "%s", run.err);
}

/* A folder that may be written, and takes no file; and a ledger that is to be kept. */
Test(outputs, folder_without_files_is_told_before_the_program_starts)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--json", "/proc/none.json", "--", "/bin/sh", "-c",
			     "echo ran");
	struct run kept = RUN(UNCLOSED_PROGRAM, "--keep-ledger", "/proc/none", "--", "/bin/sh",
			      "-c", "echo ran");

	cr_expect_eq(run_status(&run), 125);
	cr_expect_str_eq(run.out, "");
	cr_expect_not_null(strstr(run.err, "cannot write JSON report '/proc/none.json'"), "%s",
			   run.err);
	cr_expect_eq(run_status(&kept), 125);
	cr_expect_str_eq(kept.out, "");
	cr_expect_not_null(strstr(kept.err, "cannot keep the ledger as '/proc/none'"), "%s",
			   kept.err);
}

Test(outputs, each_needs_a_file_of_its_own)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--json", "-", "--sarif", "-", "/bin/true");

	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, "--json and --sarif name the same file: '-'"), "%s",
			   run.err);
}

Test(outputs, a_json_report_becomes_any_other)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "--json", IN_FOLDER("r.json"), "--sarif",
			     IN_FOLDER("1.sarif"), "--junit", IN_FOLDER("1.xml"), LEAK);

	cr_expect_eq(run_status(&run), 23);
	run = RUN(UNCLOSED_PROGRAM, "report", "--sarif", IN_FOLDER("2.sarif"), "--junit",
		  IN_FOLDER("2.xml"), IN_FOLDER("r.json"));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_eq(system(run_format("cd %s && cmp 1.sarif 2.sarif >&2 && cmp 1.xml 2.xml >&2",
				       run_path("o"))),
		     0);
}

/* Quiet is about the terminal: what is only noted is not told there, a file has it. */
Test(outputs, quiet_is_silent_when_nothing_counts)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "-q", "--gate", "none", LEAK);

	cr_expect_eq(run_status(&run), 0);
	cr_expect_str_eq(run.err, "");
	run = RUN(UNCLOSED_PROGRAM, "-q", FIXTURE("misuse"), "double_close");
	cr_expect_eq(run_status(&run), 0);
	cr_expect_str_eq(run.err, "");
	run = RUN(UNCLOSED_PROGRAM, "-q", "--gate", "none", "-o", "/dev/stderr", LEAK);
	cr_expect_str_eq(run.err, "");
	run = RUN(UNCLOSED_PROGRAM, "-q", "--gate", "none", "-o", IN_FOLDER("r.txt"), LEAK);
	cr_expect_str_eq(run.err, "");
	cr_expect(has_file("r.txt"));
	run = RUN(UNCLOSED_PROGRAM, "-q", LEAK);
	cr_expect_eq(run_status(&run), 23);
	cr_expect_not_null(strstr(run.err, "1 leaked socket from 1 place"), "%s", run.err);
}

Test(outputs, the_bare_form_has_the_same_keys)
{
	struct run run = RUN_WITH(
		((struct run_options){ .environment = RUN_ARGV(
					       "LD_PRELOAD=" UNCLOSED_LIBRARY,
					       run_format("UNCLOSED_OPTIONS=sarif=%s/b.sarif:junit="
							  "%s/%%e.xml:github",
							  run_path("o"), run_path("o"))) }),
		LEAK);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect(has_file("b.sarif") && has_file("leak.xml"));
	cr_expect_not_null(strstr(run.err, "::error file="), "%s", run.err);
}

/* A step of a GitHub workflow, as the action of this repository makes it. */
static struct run step_run(const char *commands, const char *options)
{
	const char *const environment[] = {
		run_format("RUNNER_TEMP=%s", run_path("o")),
		run_format("GITHUB_OUTPUT=%s", IN_FOLDER("said")),
		"GITHUB_STEP_SUMMARY",
		"UNCLOSED_BUILD=" BUILD_TREE,
		run_format("UNCLOSED_RUN=%s", commands),
		run_format("UNCLOSED_ARGUMENTS=%s", options),
		NULL,
	};

	return RUN_WITH((struct run_options){ .environment = environment },
			SOURCE_TREE "/scripts/ci/github.sh");
}

/* The commands stop at the first that fails, and both halves of a pipe count. */
Test(outputs, github_step_stops_at_a_failure)
{
	struct run run = step_run("false\ntrue", ""), piped = step_run("false | true", "");

	cr_expect_eq(run_status(&run), 1, "%s", run.err);
	cr_expect_eq(run_status(&piped), 1, "%s", piped.err);
}

Test(outputs, github_step_takes_options_of_several_lines)
{
	struct run plain = step_run(LEAK, ""), several = step_run(LEAK, "--gate\nnone\n\n-q \n");
	struct run quoted = step_run(LEAK, "--only \"two words\" --uncovered note");
	struct run cut = step_run(LEAK, "--only \"two words");

	cr_expect_eq(run_status(&plain), 23, "%s", plain.err);
	cr_expect_eq(run_status(&several), 0, "%s", several.err);
	cr_expect_str_eq(several.err, "");
	cr_expect_not_null(strstr(quoted.err, "no process was judged"), "%s", quoted.err);
	cr_expect_eq(run_status(&cut), 125, "%s", cut.err);
	cr_expect_not_null(strstr(cut.err, "without its other half"), "%s", cut.err);
}

/* Two steps of a job: each tells its own report, which stays. */
Test(outputs, github_steps_have_reports_of_their_own)
{
	struct run first = step_run(LEAK, ""), second = step_run("true", "");

	cr_expect_eq(run_status(&first), 23, "%s", first.err);
	cr_expect_eq(run_status(&second), 0, "%s", second.err);
	cr_expect_eq(system(run_format("test $(sed -n s/^json=//p %s | sort -u | xargs ls | wc -l)"
				       " = 2",
				       IN_FOLDER("said"))),
		     0);
}
