/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that no call was seen to open: those that libc keeps for itself,
 * and those made behind its back. The kernel check finds them all.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define KEPT FIXTURE("kept")
#define UNSEEN FIXTURE("unseen")
#define BORN FIXTURE("born")
#define SKIPPED 77 /* the fixtures' status where their call cannot be had */

TestSuite(origins, .init = run_init, .fini = run_fini);

static json_t *finding_of(json_t *report, int fd)
{
	json_t *finding;
	size_t i;

	json_array_foreach(report_at(report, "findings"), i,
			   finding) if (report_number(finding, "descriptors/0/fd") ==
					fd) return finding;
	return NULL;
}

static const char *evidence_of(json_t *finding, const char *what)
{
	json_t *evidence;
	size_t i;

	json_array_foreach(report_at(finding, "evidence"), i,
			   evidence) if (strcmp(report_text(evidence, "what"), what) ==
					 0) return report_text(evidence, "text");
	return "";
}

/* Shown by its opener's name, with its closer's, and not counted. */
static void kept_check(const struct watched *watched, const char *name)
{
	char opener[32], kind[16];
	json_t *finding;
	int fd;

	cr_assert_eq(sscanf(watched->run.out, "kept %31s %15s %d", opener, kind, &fd), 3, "%s",
		     watched->run.out);
	finding = finding_of(watched->report, fd);
	cr_assert_not_null(finding, "%s: %s", name, watched->run.err);
	cr_expect_str_eq(report_text(finding, "call"), opener, "%s", name);
	cr_expect_str_eq(report_text(finding, "kind"), kind, "%s", name);
	cr_expect_eq(report_number(finding, "counted"), 0, "%s", name);
	cr_expect_eq(report_number(finding, "noted"), 1, "%s", name);
	cr_expect_not_null(strstr(watched->run.err, "kept by libc"), "%s", watched->run.err);
}

/* With all kinds asked for, what libc keeps fails no run. */
Test(origins, kept_by_libc)
{
	struct run list = RUN(KEPT, "--list");
	char *rest = list.out, *name;
	unsigned int checked = 0;

	while ((name = strsep(&rest, "\n")) != NULL && *name) {
		struct watched watched;

		if (strcmp(name, "program") == 0 || strcmp(name, "released") == 0)
			continue;
		watched = WATCH("--kinds", "all", "--", KEPT, name);
		if (run_status(&watched.run) == SKIPPED)
			continue;
		cr_expect_eq(run_status(&watched.run), 0, "%s: %d %s", name,
			     run_status(&watched.run), watched.run.err);
		kept_check(&watched, name);
		checked++;
	}
	cr_expect_geq(checked, 4);
}

Test(origins, released_by_program)
{
	struct watched watched = WATCH("--kinds", "all", "--", KEPT, "released");

	if (run_status(&watched.run) == SKIPPED)
		cr_skip("no mount namespace");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0, "%s",
		     watched.run.err);
}

/* The same file, opened by the program: its leak. */
Test(origins, same_file_by_program)
{
	struct watched watched = WATCH("--kinds", "all", "--", KEPT, "program");

	cr_expect_eq(run_status(&watched.run), 23);
	expectations_check(&watched);
}

/* Each line "unseen KIND FD" of the fixture is one finding without a call; there are no others. */
static void unseen_check(const struct watched *watched, bool is_dated)
{
	const char *line = watched->run.out;
	size_t count = 0;
	char kind[16];
	int fd;

	cr_assert_eq(run_status(&watched->run), 23, "%d %s", run_status(&watched->run),
		     watched->run.err);
	for (; sscanf(line, "unseen %15s %d", kind, &fd) == 2; count++) {
		json_t *finding = finding_of(watched->report, fd);

		cr_assert_not_null(finding, "no finding of %d: %s", fd, watched->run.err);
		cr_expect_str_eq(report_text(finding, "call"), "");
		cr_expect_eq(report_number(finding, "count"), 1);
		cr_expect_str_eq(report_text(finding, "kind"), kind);
		cr_expect_not_null(strstr(report_text(finding, "title"), "origin not seen"), "%s",
				   report_text(finding, "title"));
		cr_expect_eq(strstr(evidence_of(finding, "opened-between"), " ms and ") != NULL,
			     is_dated, "%s", watched->run.err);
		line += strcspn(line, "\n") + 1;
	}
	cr_expect_geq(count, 1);
	cr_expect_eq(json_array_size(report_at(watched->report, "findings")), count, "%s",
		     watched->run.err);
}

static struct watched unseen_watch(const char *part)
{
	struct watched watched = WATCH("--kinds", "all", "--", UNSEEN, part);

	unseen_check(&watched, strcmp(part, "copies") != 0);
	return watched;
}

Test(origins, inline_system_call)
{
	unseen_watch("inline");
}

Test(origins, deep_binding)
{
	unseen_watch("deepbind");
}

Test(origins, namespace)
{
	unseen_watch("dlmopen");
}

Test(origins, number_taken_over)
{
	unseen_watch("number");
}

Test(origins, nothing_of_the_one_before)
{
	struct watched watched = unseen_watch("pair");

	cr_expect_str_eq(report_text(watched.report, "findings/0/role"), "unconnected");
}

Test(origins, copy_of_a_child)
{
	unseen_watch("fork");
}

/* Nothing is left open, or what the part says, in whose name it says it. */
static void born_check(const char *part)
{
	struct watched watched = WATCH("--kinds", "all", "--misuse", "count", "--", BORN, part);
	bool is_left;

	if (run_status(&watched.run) == SKIPPED)
		return;
	is_left = watched.run.out[0] != '\0';
	cr_expect_eq(run_status(&watched.run), is_left ? 23 : 0, "%s: %s", part, watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s: %s", part,
		  watched.run.err);
	if (is_left)
		unseen_check(&watched, strcmp(part, "of_child") != 0);
	else
		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0, "%s: %s",
			     part, watched.run.err);
}

/* What a parent opened behind libc is no child's leak, whatever becomes of it. */
Test(origins, born_with_what_nobody_saw)
{
	struct run list = RUN(BORN);
	char *rest = list.out, *part;
	unsigned int checked = 0;

	for (; (part = strsep(&rest, "\n")) != NULL && *part; checked++)
		born_check(part);
	cr_expect_geq(checked, 18);
}

/* They are the parent's, which is rid of it at its end. */
Test(origins, copies_of_siblings)
{
	struct watched watched = WATCH("--kinds", "all", "--", UNSEEN, "siblings");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0, "%s",
		     watched.run.err);
}

/* A duplicate of an accepted connection is one that was accepted, not one that was made from here.
 */
Test(origins, duplicate_of_accepted)
{
	struct watched watched = WATCH("--", PYTHON, "-c",
				       "import os, socket\n"
				       "listener = socket.create_server(('127.0.0.1', 0))\n"
				       "client = socket.create_connection(listener.getsockname())\n"
				       "server, _ = listener.accept()\n"
				       "copy = os.dup(server.fileno())\n"
				       "client.close(), server.close(), listener.close()\n"
				       "os._exit(0)\n");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "findings/0/role"), "accepted");
	cr_expect_not_null(strstr(watched.run.err, "TCP connection, accepted, never closed"), "%s",
			   watched.run.err);
}

/* As many descriptors as the parent's record says, and not the same ones. */
Test(origins, among_many_copies)
{
	unseen_watch("copies");
}

/* Wherever the number lies in the kernel's table, which grows with it: at both ends of each size. */
Test(origins, any_number)
{
	static const int numbers[] = { 3, 9, 62, 63, 64, 65, 127, 128, 200, 255, 256, 257, 1000 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		for (int is_child = 0; is_child < 2; is_child++) {
			const char *command = run_format("%s %s %d; :", UNSEEN,
							 is_child ? "child-at" : "at", numbers[i]);
			struct watched watched = WATCH("--kinds", "all", "--", "sh", "-c", command);

			unseen_check(&watched, !is_child);
		}
}

/* The window ends with the next opening, not with the process. */
Test(origins, window)
{
	struct watched watched = unseen_watch("window");
	const char *text = evidence_of(report_at(watched.report, "findings/0"), "opened-between");
	double after, before;

	cr_assert_eq(sscanf(text, "Opened between %lf ms and %lf ms", &after, &before), 2, "%s",
		     text);
	cr_expect_lt(after, before);
	cr_expect_lt(before * 1e6,
		     (double)report_number(watched.report, "processes/0/duration_ns"));
}

Test(origins, io_uring)
{
	struct watched watched;

	if (access(FIXTURE("uring"), X_OK) != 0)
		cr_skip("no liburing");
	watched = WATCH("--kinds", "all", "--", FIXTURE("uring"));
	if (run_status(&watched.run) == SKIPPED)
		cr_skip("no io_uring");
	unseen_check(&watched, true);
	watched = WATCH("--kinds", "all", "--", FIXTURE("uring"), "fork");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
}
