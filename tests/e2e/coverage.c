/* SPDX-License-Identifier: MIT */
/* What cannot be covered is said, with a status of its own; so is what cannot be run or read. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

TestSuite(coverage, .init = run_init, .fini = run_fini);

static bool is_there(const char *path)
{
	return access(path, X_OK) == 0;
}

static struct run check(const char *program)
{
	return RUN(UNCLOSED_PROGRAM, "check", program);
}

/* The program runs as ever, then: not covered, 125, and no "no socket left open". */
static void uncovered_check(const char *program)
{
	struct run alone = RUN(program);
	struct watched watched = WATCH("--", program);
	struct watched failing = WATCH("--", program, "7");
	struct run checked = check(program);

	cr_expect_eq(run_status(&watched.run), 125, "%d", run_status(&watched.run));
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_expect_not_null(strstr(watched.run.err, "NOT COVERED"), "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "exit_reason"), "uncovered");
	cr_expect(json_is_false(report_at(watched.report, "processes/0/coverage/covered")));
	cr_expect_neq(report_text(watched.report, "processes/0/coverage/remedy")[0], '\0');
	cr_expect_eq(run_status(&failing.run), 7, "%d", run_status(&failing.run));
	cr_expect_eq(run_status(&checked), 125);
	cr_expect_not_null(strstr(checked.out, "NO: "), "%s", checked.out);
}

Test(coverage, covered)
{
	struct run checked = check(FIXTURE("leak"));

	cr_expect_eq(run_status(&checked), 0);
	cr_expect_not_null(strstr(checked.out, "covered       yes"), "%s", checked.out);
}

Test(coverage, static_program)
{
	uncovered_check(FIXTURE("leak_static"));
}

Test(coverage, static_child)
{
	const char *command =
		run_format("%s; %s >/dev/null; exit 0", FIXTURE("leak_static"), "/bin/true");
	struct watched watched = WATCH("--", "/bin/sh", "-c", command);
	struct watched strict = WATCH("--uncovered", "fail", "--", "/bin/sh", "-c", command);
	struct run ignored =
		RUN(UNCLOSED_PROGRAM, "--uncovered", "ignore", "/bin/sh", "-c", command);

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "NOT COVERED"), "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1);
	cr_expect_eq(run_status(&strict.run), 125, "%s", strict.run.err);
	cr_expect_eq(run_status(&ignored), 0);
	cr_expect_not_null(strstr(ignored.err, "nothing counted, not complete: 1 of 3 processes "
					       "was not covered ("),
			   "%s", ignored.err);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "incomplete");
	cr_expect_str_eq(report_text(strict.report, "verdict"), "error");
	cr_expect_null(strstr(ignored.err, "NOT COVERED"), "%s", ignored.err);
}

Test(coverage, musl)
{
	if (!is_there(FIXTURE("leak_musl")))
		cr_skip("no musl-gcc");
	uncovered_check(FIXTURE("leak_musl"));
}

Test(coverage, musl_static)
{
	if (!is_there(FIXTURE("leak_musl_static")))
		cr_skip("no musl-gcc");
	uncovered_check(FIXTURE("leak_musl_static"));
}

Test(coverage, thirty_two_bits)
{
	if (!is_there(FIXTURE("leak_32")))
		cr_skip("no libc of 32 bits");
	uncovered_check(FIXTURE("leak_32"));
}

/* One line on stderr, which names what it is about. */
static void line_check(const struct run *run, const char *word)
{
	cr_expect_eq(strncmp(run->err, "unclosed: ", 10), 0, "%s", run->err);
	cr_expect_eq(strchr(run->err, '\n'), run->err + run->err_length - 1, "%s", run->err);
	cr_expect_not_null(strstr(run->err, word), "%s", run->err);
}

static void refused_check(const char *program, int status)
{
	struct run run = RUN(UNCLOSED_PROGRAM, program);
	struct run checked = check(program);

	cr_expect_eq(run_status(&run), status, "%s: %d", program, run_status(&run));
	cr_expect_eq(run_status(&checked), status, "%s: %d", program, run_status(&checked));
	line_check(&run, program);
	line_check(&checked, program);
}

Test(coverage, not_found)
{
	refused_check("/nowhere/at/all", 127);
	refused_check("no-such-program-in-path", 127);
}

static const char *file_make(const char *name, const char *text, mode_t mode)
{
	const char *path = run_path(name);
	FILE *file = fopen(path, "we");

	cr_assert(file && fputs(text, file) >= 0);
	fclose(file);
	chmod(path, mode);
	return path;
}

Test(coverage, not_executable)
{
	refused_check(file_make("plain", "text\n", 0600), 126);
	refused_check("/tmp", 126);
}

/* A script is its interpreter. */
Test(coverage, script)
{
	static const char script[] = "#!/bin/sh\nexit 0\n";
	const char *path = file_make("script", script, 0700);
	struct watched watched = WATCH("--", path);
	struct run checked = check(path);

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(run_status(&checked), 0);
	cr_expect_not_null(strstr(checked.out, "/bin/sh"), "%s", checked.out);
}

static const char *ledger_keep(void)
{
	const char *path = run_path("ledger");
	struct run run = RUN(UNCLOSED_PROGRAM, "--keep-ledger", path, FIXTURE("leak"));

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	return path;
}

static void unreadable_check(const char *path)
{
	struct run run =
		RUN_WITH((struct run_options){ .timeout_s = 20 }, UNCLOSED_PROGRAM, "report", path);

	cr_expect_eq(run_status(&run), 125, "%s: %d %s", path, run_status(&run), run.err);
	cr_expect_str_eq(run.out, "");
	line_check(&run, path);
}

Test(coverage, kept_ledger)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "report", ledger_keep());

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "leak.c"), "%s", run.err);
}

Test(coverage, foreign_files)
{
	unreadable_check("/nowhere/at/all");
	unreadable_check("/bin/true");
	unreadable_check(file_make("empty", "", 0600));
	unreadable_check(file_make("json", "{ \"schema\": \"other/1\" }\n", 0600));
	unreadable_check(file_make("broken", "{ \"schema\": ", 0600));
	unreadable_check("/tmp");
}

Test(coverage, truncated_ledger)
{
	static const off_t lengths[] = { 4096, 4095, 100, 8, 7 };
	const char *path = ledger_keep();

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		cr_assert_eq(truncate(path, lengths[i]), 0);
		unreadable_check(path);
	}
}

/* A whole report, or an error of one line; never a crash and never an endless loop. */
static void damaged_check(const char *path, off_t at)
{
	struct run run =
		RUN_WITH((struct run_options){ .timeout_s = 20 }, UNCLOSED_PROGRAM, "report", path);
	int status = run_status(&run);

	cr_expect(status == 0 || status == 23 || status == 125, "byte %lld: %d %s", (long long)at,
		  status, run.err);
	if (status == 125 && strncmp(run.err, "unclosed: cannot", 16) == 0)
		line_check(&run, path);
}

/* Each byte of the header's first part, and one here and there in all that was written. */
Test(coverage, corrupted_ledger)
{
	const char *path = ledger_keep();
	int fd = open(path, O_RDWR | O_CLOEXEC);
	off_t at = 8;

	cr_assert_geq(fd, 0);
	while ((at = lseek(fd, at, SEEK_DATA)) >= 0) {
		unsigned char byte, wrong;

		cr_assert_eq(pread(fd, &byte, 1, at), 1);
		wrong = (unsigned char)~byte;
		cr_assert_eq(pwrite(fd, &wrong, 1, at), 1);
		damaged_check(path, at);
		cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
		at += at < 128 ? 4 : 509;
	}
	close(fd);
}
