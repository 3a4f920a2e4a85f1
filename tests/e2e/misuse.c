/* SPDX-License-Identifier: MIT */
/*
 * Misuse: each case of the fixture gives the finding it says, with its stacks,
 * or none; and real programs that close as they please give none that is wrong.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

#define MISUSE FIXTURE("misuse")
#define CALLS FIXTURE("calls")

TestSuite(misuse, .init = run_init, .fini = run_fini);

/* The line of the innermost frame in the fixture's source; 0 none. */
static long long line_of(json_t *stack)
{
	json_t *frame;
	size_t i;

	json_array_foreach(stack, i, frame)
	{
		const char *file = report_text(frame, "file");

		if (strstr(file, "misuse.c"))
			return report_number(frame, "line");
	}
	return 0;
}

static json_t *stack_of(json_t *finding, const char *role)
{
	json_t *related;
	size_t i;

	if (strcmp(role, "here") == 0)
		return report_at(finding, "stack");
	json_array_foreach(report_at(finding, "related"), i, related)
	{
		if (strcmp(report_text(related, "role"), role) == 0)
			return report_at(related, "stack");
	}
	return NULL;
}

/* Each "at ROLE LINE" of the fixture is in the finding. Returns how many there are. */
static unsigned int lines_check(const struct watched *watched, json_t *finding)
{
	unsigned int count = 0;

	for (const char *line = watched->run.out; line && *line;) {
		char role[32];
		int number;

		if (sscanf(line, "at %31s %d", role, &number) == 2) {
			count++;
			if (finding)
				cr_expect_eq(line_of(stack_of(finding, role)), number,
					     "%s: line %lld, not %d", role,
					     line_of(stack_of(finding, role)), number);
		}
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return count;
}

/* The only finding; NULL when there is none. */
static json_t *only_finding(const struct watched *watched)
{
	cr_assert_not_null(watched->report, "no report: %s", watched->run.err);
	cr_assert_leq(json_array_size(report_at(watched->report, "findings")), 1, "%s",
		      watched->run.err);
	return report_at(watched->report, "findings/0");
}

struct expected {
	char name[32];
	char type[24]; /* "": nothing */
	bool is_proven;
};

ParameterizedTestParameters(misuse, fixture)
{
	static struct expected all[] = {
		{ "double_close", "double-close", true },
		{ "double_close_by_number", "double-close", true },
		{ "double_close_in_child", "double-close", true },
		{ "bad_close", "bad-close", true },
		{ "minus_one", "bad-close", true },
		{ "use_connect", "use-after-close", true },
		{ "use_shutdown", "use-after-close", true },
		{ "use_dup2", "use-after-close", true },
		{ "use_ioctl", "use-after-close", true },
		{ "use_fcntl", "use-after-close", true },
		{ "use_sendmsg", "use-after-close", true },
		{ "stream_close", "closed-under-stream", true },
		{ "stream_close_then_fclose", "closed-under-stream", true },
		{ "directory_close", "closed-under-stream", true },
		{ "standard_taken", "standard-taken", true },
		{ "overwritten", "overwritten", false },
		{ "wrong_close", "wrong-close", true },
		{ "odd_close", "wrong-close", false },
		{ "use_dup", "use-after-close", true },
		{ "use_dupfd", "use-after-close", true },
		{ "use_fstat_number", "use-after-close", true },
		{ "use_lseek_number", "use-after-close", true },
		{ "use_recvmsg_number", "use-after-close", true },
		{ "bad_read", "bad-use", true },
		{ "bad_write", "bad-use", true },
		{ "bad_openat", "bad-use", true },
		{ "bad_fstat", "bad-use", true },
		{ "bad_dup2", "bad-use", true },
		{ "bad_read_number", "bad-use", true },
		{ "bad_sendfile", "bad-use", true },
		{ "bad_epoll_ctl", "bad-use", true },
		{ "stale_close", "double-close", true },
		{ "stale_close_before_use", "use-after-close", true },
		{ "stale_close_in_child", "double-close", true },
		{ "usual_close", "double-close", true },
		{ "stream_after_owner", "closed-under-stream", true },
		{ "pipe_under_stream", "closed-under-stream", true },
		{ "directory_closed_twice", "double-close", true },
		{ "range_of_closed", "double-close", true },
		{ "stream_redirected", "", false },
		{ "ranges", "", false },
		{ "asks", "", false },
		{ "probes", "", false },
		{ "sweeps", "", false },
		{ "stream_close_in_child", "", false },
		{ "standard_replaced", "", false },
		{ "replaced", "", false },
		{ "pool", "", false },
		{ "pool_with_errors", "", false },
		{ "loop", "", false },
	};

	return cr_make_param_array(struct expected, all, sizeof(all) / sizeof(all[0]));
}

/* qemu-user looks at the message, which has no parts, before the kernel looks at the number. */
static bool is_spoilt_by_emulation(const char *name)
{
	return getenv("UNCLOSED_EMULATED") &&
	       (strcmp(name, "use_sendmsg") == 0 || strcmp(name, "use_recvmsg_number") == 0);
}

ParameterizedTest(struct expected *expected, misuse, fixture)
{
	struct run alone = RUN(MISUSE, expected->name);
	struct watched watched = WATCH("--", MISUSE, expected->name);
	json_t *finding = only_finding(&watched);

	if (is_spoilt_by_emulation(expected->name))
		cr_skip("qemu-user gives another error");
	cr_assert_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_assert_eq(finding != NULL, expected->type[0] != '\0', "%s", watched.run.err);
	if (lines_check(&watched, finding) == 0)
		return;
	cr_expect_str_eq(report_text(finding, "type"), expected->type);
	cr_expect_eq(json_is_true(report_at(finding, "proven")), expected->is_proven);
	cr_expect_eq(report_number(finding, "noted"), report_number(finding, "count"));
	cr_expect_str_neq(report_text(finding, "explanation"), "");
	cr_expect_str_neq(report_text(finding, "remedy/text"), "");
}

/* Where any of several places may be wrong, none is asked to change; where it is known, that one.
 */
Test(misuse, nothing_is_asked_of_an_innocent_owner)
{
	static const struct {
		const char *name, *role; /* of the place; NULL none */
	} all[] = { { "stale_close", NULL },
		    { "stale_close_before_use", NULL },
		    { "stale_close_in_child", NULL },
		    { "double_close", "here" },
		    { "usual_close", "here" } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct watched watched = WATCH("--", MISUSE, all[i].name);
		json_t *finding = only_finding(&watched);
		json_t *line = json_object_get(report_at(finding, "remedy"), "line");

		cr_assert_not_null(finding, "%s", all[i].name);
		cr_expect_eq(json_integer_value(line),
			     all[i].role ? line_of(stack_of(finding, all[i].role)) : 0, "%s",
			     all[i].name);
	}
}

/* One mistake, that is told where it was made and where it hit; what its owner met is told there.
 */
Test(misuse, stale_stream)
{
	static const char *const names[] = { "stale_stream", "stale_stream_then_owner" };

	for (size_t i = 0; i < 2; i++) {
		struct watched watched = WATCH("--", MISUSE, names[i]);
		json_t *finding = report_finding(watched.report, "fclose", "file");

		cr_assert_not_null(finding, "%s", watched.run.err);
		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 2);
		cr_expect_str_eq(report_text(finding, "type"), "wrong-close");
		cr_expect_eq(lines_check(&watched, finding), 3 + i);
		cr_expect_eq(report_number(finding, "remedy/line"),
			     line_of(stack_of(finding, "closed-before")));
		cr_expect_not_null(report_finding(watched.report, "close", "socket"));
	}
}

/* What was closed twice is a directory; pclose() is for what popen() made. */
Test(misuse, words)
{
	struct watched directory = WATCH("--", MISUSE, "directory_closed_twice");
	struct watched pipe = WATCH("--", MISUSE, "pipe_under_stream");

	cr_expect_str_eq(report_text(only_finding(&directory), "kind"), "directory");
	cr_expect_null(strstr(pipe.run.err, "pclose"), "%s", pipe.run.err);
}

/* The last line and the JSON say what made the status. */
Test(misuse, is_no_leak)
{
	struct watched misuse = WATCH("--misuse", "count", "--", MISUSE, "double_close");
	struct watched both =
		WATCH("--misuse", "count", "--kinds", "all", "--", MISUSE, "double_close");

	cr_expect_eq(run_status(&misuse.run), 23);
	cr_expect_str_eq(report_text(misuse.report, "exit_reason"), "misuse");
	cr_expect_null(strstr(misuse.run.err, "(leaks"), "%s", misuse.run.err);
	cr_expect_str_eq(report_text(both.report, "exit_reason"), "leaks");
}

static int status_by(const char *policy, const char *name)
{
	struct watched watched = WATCH("--misuse", policy, "--", MISUSE, name);

	return run_status(&watched.run);
}

/* Counted when asked for, the proven alone or all. */
Test(misuse, policies)
{
	struct watched ignored = WATCH("--misuse", "ignore", "--", MISUSE, "minus_one");

	cr_expect_eq(status_by("count", "double_close"), 23);
	cr_expect_eq(status_by("proven", "wrong_close"), 23);
	cr_expect_eq(status_by("proven", "odd_close"), 0);
	cr_expect_null(report_at(ignored.report, "findings/0"));
}

/* Every call that uses a descriptor notices that it is closed, and fails as it does alone. */
Test(misuse, each_use_of_a_closed_one)
{
	struct run list = RUN(CALLS, "--list");
	char *rest = list.out, *name;
	unsigned int count = 0;

	while ((name = strsep(&rest, "\n")) != NULL) {
		size_t length = strcspn(name, ":");
		struct run alone;
		struct watched watched;
		json_t *finding;

		if (strcmp(name + length, ":closed") != 0)
			continue;
		alone = RUN(CALLS, name);
		watched = WATCH("--", CALLS, name);
		finding = only_finding(&watched);
		cr_expect_str_eq(watched.run.out, alone.out, "%s", name);
		cr_assert_not_null(finding, "%s", name);
		cr_expect_str_eq(report_text(finding, "type"), "use-after-close", "%s", name);
		cr_expect(strncmp(report_symbol(finding), name, length) == 0, "%s", name);
		count++;
	}
	cr_assert_geq(count, 130);
}

/* The table is full: said once, with the call. */
Test(misuse, exhaustion)
{
	struct watched watched = WATCH("--kinds", "all", "--gate", "none", "--", "sh", "-c",
				       "ulimit -n 20; exec " PYTHON " -c '"
				       "import os\n"
				       "for i in range(40):\n"
				       "    try: os.dup(1)\n"
				       "    except OSError: pass'");
	bool is_said = false;
	json_t *diagnostic;
	size_t i;

	json_array_foreach(report_at(watched.report, "diagnostics"), i, diagnostic)
	{
		if (strcmp(report_text(diagnostic, "code"), "descriptors-exhausted") != 0)
			continue;
		cr_expect_not(is_said);
		cr_expect_not_null(strstr(report_text(diagnostic, "text"), "EMFILE"));
		is_said = true;
	}
	cr_expect(is_said, "%s", watched.run.err);
}

/* Python raises OSError, and we say where it was closed. */
Test(misuse, python_closes_twice)
{
	struct watched watched = WATCH("--", PYTHON, "-c",
				       "import os, socket\n"
				       "s = socket.socket()\n"
				       "fd = s.detach()\n"
				       "os.close(fd)\n"
				       "try: os.close(fd)\n"
				       "except OSError: pass\n"
				       "try: os.read(fd, 1)\n"
				       "except OSError: pass\n");

	cr_assert_eq(json_array_size(report_at(watched.report, "findings")), 2, "%s",
		     watched.run.err);
	cr_expect_not_null(report_finding(watched.report, "close", "socket"));
	cr_expect_not_null(report_finding(watched.report, "read", "socket"));
}

/* What shells close as they please is shown to who asks for it, not to who runs a script. */
Test(misuse, shells)
{
	static const char *const shells[] = { "bash", "dash" };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		struct watched noted = WATCH("--", shells[i], "-c", "echo a | cat | cat");
		struct watched counted =
			WATCH("--misuse", "count", "--", shells[i], "-c", "echo a | cat | cat");

		cr_expect_null(only_finding(&noted), "%s", noted.run.err);
		cr_expect_eq(run_status(&counted.run), 23, "%s: %s", shells[i], counted.run.err);
	}
}
