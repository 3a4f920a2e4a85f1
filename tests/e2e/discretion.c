/* SPDX-License-Identifier: MIT */
/* What others can read of a report: no values of arguments, and no host where it is not wanted. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

#define SECRET "hunter2"

TestSuite(discretion, .init = run_init, .fini = run_fini);

#define FILES                                                                    \
	"--json", run_path("r.json"), "--sarif", run_path("r.sarif"), "--junit", \
		run_path("r.xml"), "--summary", run_path("r.md")

static const char *const files[] = { "r.json", "r.sarif", "r.xml", "r.md" };

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

/* A shell with a secret starts a program with another one; both leak. */
#define PROGRAM FIXTURES "/leak"
#define SCRIPT PROGRAM " --password=" SECRET " -p" SECRET " " SECRET "; :"

static void nowhere_check(const struct run *run, const char *text)
{
	cr_expect_null(strstr(run->err, text), "%s: %s", text, run->err);
	for (size_t i = 0; i < FILE_COUNT; i++) {
		const char *bytes = run_read(run_path(files[i]), NULL);

		cr_assert_not_null(bytes, "%s", files[i]);
		cr_expect_null(strstr(bytes, text), "%s in %s: %s", text, files[i], bytes);
	}
}

Test(discretion, arguments)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "-v", FILES, "--github", "sh", "-c", SCRIPT, SECRET);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	nowhere_check(&run, SECRET);
	cr_expect_not_null(
		strstr(run_read(run_path("r.xml"), NULL), PROGRAM " --password=… -p… …\""), "%s",
		run_read(run_path("r.xml"), NULL));
	run = RUN(UNCLOSED_PROGRAM, "-v", "--arguments=none", FILES, "--github", "sh", "-c", SCRIPT,
		  SECRET);
	nowhere_check(&run, SECRET);
	nowhere_check(&run, "--password");
	run = RUN(UNCLOSED_PROGRAM, "-v", "--arguments=full", FILES, "sh", "-c", SCRIPT, SECRET);
	cr_expect_not_null(strstr(run.err, "--password=" SECRET), "%s", run.err);
	cr_expect_not_null(strstr(run_read(run_path("r.json"), NULL), "--password=" SECRET));
}

/* The bare form asks for the same. */
Test(discretion, arguments_in_the_bare_form)
{
	struct run run =
		RUN_WITH(((struct run_options){
				 .environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
							 run_format("UNCLOSED_OPTIONS=json=%s",
								    run_path("r.json"))) }),
			 FIXTURE("leak"), "--password=" SECRET);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_null(strstr(run.err, SECRET), "%s", run.err);
	cr_expect_null(strstr(run_read(run_path("r.json"), NULL), SECRET));
}

/* One with values, one without: the same fingerprints, and the one is a baseline for the other. */
Test(discretion, fingerprints_stay)
{
	const char *full = run_path("full.json"), *names = run_path("names.json");
	struct run run;

	(void)RUN(UNCLOSED_PROGRAM, "--arguments=full", "--json", full, FIXTURE("leak"), SECRET);
	(void)RUN(UNCLOSED_PROGRAM, "--no-host", "--json", names, FIXTURE("leak"), SECRET);
	run = RUN(UNCLOSED_PROGRAM, "diff", full, names);
	cr_expect_eq(run_status(&run), 0, "%s", run.out);
	cr_expect_not_null(strstr(run.out, "0 new, 0 more, 0 fewer, 0 gone"), "%s", run.out);
	run = RUN(UNCLOSED_PROGRAM, "--baseline", full, FIXTURE("leak"), "other");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
}

/* What is not in a report does not come back. */
Test(discretion, report_of_a_report)
{
	const char *names = run_path("names.json");
	struct run run;

	(void)RUN(UNCLOSED_PROGRAM, "--json", names, "sh", FIXTURE("leak"), SECRET);
	(void)RUN(UNCLOSED_PROGRAM, "--json", names, "sh", "-c", SCRIPT);
	run = RUN(UNCLOSED_PROGRAM, "report", "--arguments=full", "--json", run_path("r.json"),
		  names);
	cr_expect_null(strstr(run_read(run_path("r.json"), NULL), SECRET), "%s", run.err);
	cr_expect_not_null(strstr(run_read(run_path("r.json"), NULL), "\"arguments\": \"names\""));
	(void)RUN(UNCLOSED_PROGRAM, "--arguments=full", "--json", names, "sh", "-c", SCRIPT);
	run = RUN(UNCLOSED_PROGRAM, "report", "--json", run_path("r.json"), names);
	cr_expect_null(strstr(run_read(run_path("r.json"), NULL), SECRET), "%s", run.err);
}

#define CLIENT                                                                \
	"import os, socket\n"                                                 \
	"listener = socket.create_server(('127.0.0.1', 0))\n"                 \
	"os.dup(socket.create_connection(listener.getsockname()).fileno())\n" \
	"os._exit(0)\n"

Test(discretion, host)
{
	char name[256] = "";
	struct run run;

	cr_assert_eq(gethostname(name, sizeof(name) - 1), 0);
	run = RUN(UNCLOSED_PROGRAM, "-v", FILES, PYTHON, "-c", CLIENT);
	cr_expect_not_null(strstr(run.err, "127.0.0.1"), "%s", run.err);
	cr_expect_not_null(strstr(run_read(run_path("r.json"), NULL), "127.0.0.1"));
	cr_expect_str_eq(report_text(report_load(run_path("r.json")), "session/host/name"), name);
	run = RUN(UNCLOSED_PROGRAM, "-v", "--no-host", FILES, PYTHON, "-c", CLIENT);
	nowhere_check(&run, "127.0.0.1");
	cr_expect_null(report_at(report_load(run_path("r.json")), "session/host/name"));
	cr_expect_null(report_at(report_load(run_path("r.json")), "session/cwd"));
	cr_expect_null(report_at(report_load(run_path("r.json")), "session/project"));
	cr_expect_null(strstr(run_read(run_path("r.sarif"), NULL), "\"machine\""));
	cr_expect_null(strstr(run_read(run_path("r.sarif"), NULL), "\"workingDirectory\""));
	cr_expect_null(strstr(run_read(run_path("r.sarif"), NULL), "\"originalUriBaseIds\""));
	cr_expect_null(strstr(run_read(run_path("r.xml"), NULL), "hostname="));
}

static void mode_check(mode_t mode)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		struct stat status;

		cr_assert_eq(stat(run_path(files[i]), &status), 0, "%s", files[i]);
		cr_expect_eq(status.st_mode & 07777, mode, "%s: %o", files[i],
			     status.st_mode & 07777);
	}
}

Test(discretion, mode_of_reports)
{
	struct run run;

	(void)umask(0);
	(void)RUN(UNCLOSED_PROGRAM, FILES, "true");
	mode_check(0600);
	(void)RUN(UNCLOSED_PROGRAM, "--report-mode", "0644", FILES, "true");
	mode_check(0644);
	(void)RUN(UNCLOSED_PROGRAM, FILES, "true");
	mode_check(0644); /* that of the files that were replaced */
	run = RUN(UNCLOSED_PROGRAM, "--report-mode", "0777", "true");
	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, "an octal mode from 0600 to 0666"), "%s", run.err);
}

/* No variable of the environment is in a report, nor what is in a file that is open. */
Test(discretion, what_is_in_no_report)
{
	const struct run_options with = { .environment = RUN_ARGV("PASSWORD=" SECRET) };
	const char *file = run_path("file");
	struct run run;

	run = RUN_WITH(with, "sh", "-c", run_format("echo " SECRET " >%s", file));
	run = RUN_WITH(with, UNCLOSED_PROGRAM, "-v", "-k", "all", "--arguments=full", FILES, "sh",
		       "-c", run_format("exec 7<%s; " PROGRAM, file));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	nowhere_check(&run, SECRET);
}
