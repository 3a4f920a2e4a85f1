/* SPDX-License-Identifier: MIT */
/* What crosses an exec: told with who opened it and who got it, unless it was meant to. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "watch.h"

#define CROSSING FIXTURE("crossing")

TestSuite(crossings, .init = run_init, .fini = run_fini);

struct expected {
	char name[16];
	int count;       /* 0: nothing is told */
	char target[24]; /* of the evidence */
};

ParameterizedTestParameters(crossings, fixture)
{
	static struct expected all[] = {
		{ "fork", 3, "idle (3 times)" },
		{ "spawn", 1, "idle" },
		{ "system", 1, "sh" },
		{ "exec", 0, "" },
		{ "pair", 2, "idle." },
		{ "vfork", 1, "idle" },
		{ "marked_later", 0, "" },
		{ "marked_in_child", 0, "" },
		{ "marked", 0, "" },
		{ "unmarked", 0, "" },
		{ "redirected", 0, "" },
		{ "placed", 0, "" },
		{ "closed", 0, "" },
	};

	return cr_make_param_array(struct expected, all, sizeof(all) / sizeof(all[0]));
}

static json_t *crossing_of(json_t *report)
{
	json_t *finding;
	size_t i;

	json_array_foreach(report_at(report, "findings"), i, finding)
	{
		if (strcmp(report_text(finding, "type"), "exec-inherited") == 0)
			return finding;
	}
	return NULL;
}

ParameterizedTest(struct expected *expected, crossings, fixture)
{
	struct run alone = RUN(CROSSING, expected->name);
	struct watched watched = WATCH("--gate", "none", "--", CROSSING, expected->name);
	json_t *finding = crossing_of(watched.report);
	int line = 0;

	cr_assert_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_assert_eq(finding != NULL, expected->count > 0, "%s", watched.run.err);
	if (!finding)
		return;
	cr_assert_eq(sscanf(watched.run.out, "at here %d", &line), 1);
	cr_expect_eq(report_number(finding, "stack/0/line"), line);
	cr_expect_eq(report_number(finding, "count"), expected->count);
	cr_expect_eq(report_number(finding, "noted"), expected->count);
	cr_expect_not_null(strstr(report_text(finding, "evidence/0/text"), expected->target), "%s",
			   report_text(finding, "evidence/0/text"));
	cr_expect_not_null(strstr(report_text(finding, "remedy/text"), "SOCK_CLOEXEC"));
}

Test(crossings, policies)
{
	struct watched counted = WATCH("--exec-inherited", "count", "--", CROSSING, "fork");
	struct watched ignored = WATCH("--exec-inherited", "ignore", "--", CROSSING, "fork");

	cr_expect_eq(run_status(&counted.run), 23);
	cr_expect_null(crossing_of(ignored.report));
}

/* A static program cannot say what it found open; what was left to it is known all the same. */
Test(crossings, into_what_is_not_covered)
{
	struct watched watched =
		WATCH("--gate", "none", "--", CROSSING, "fork", FIXTURE("leak_static"));
	json_t *finding = crossing_of(watched.report);

	cr_assert_not_null(finding, "%s", watched.run.err);
	cr_expect_eq(report_number(finding, "count"), 3);
	cr_expect_not_null(strstr(report_text(finding, "evidence/0/text"), "not covered"));
	cr_expect(json_is_true(report_at(finding, "evidence/0/proof")));
}

static struct watched watched_static(const char *name)
{
	return WATCH("--gate", "none", "--", CROSSING, name, FIXTURE("leak_static"));
}

/* The kernel is asked just before the exec: what was marked or closed by then has not crossed. */
Test(crossings, not_into_what_is_not_covered)
{
	static const char *const names[] = { "marked",     "marked_later",    "unmarked",
					     "redirected", "marked_in_child", "closed",
					     "placed",     "vfork_closed" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct watched watched = watched_static(names[i]);

		cr_expect_null(crossing_of(watched.report), "%s: %s", names[i], watched.run.err);
	}
}

/* By vfork() and posix_spawn(), too. */
Test(crossings, spawned_into_what_is_not_covered)
{
	static const char *const names[] = { "vfork", "spawn" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct watched watched = watched_static(names[i]);
		json_t *finding = crossing_of(watched.report);

		cr_assert_not_null(finding, "%s: %s", names[i], watched.run.err);
		cr_expect_eq(report_number(finding, "count"), 1, "%s", names[i]);
		cr_expect(json_is_true(report_at(finding, "evidence/0/proof")), "%s", names[i]);
	}
}

/* Where nobody was asked, it is told by the record, and is no proof. */
Test(crossings, no_proof_where_nobody_was_asked)
{
	struct watched watched = watched_static("many");
	json_t *finding = crossing_of(watched.report);

	if (run_status(&watched.run) == 77)
		cr_skip("no numbers above 5000");
	cr_assert_not_null(finding, "%s", watched.run.err);
	cr_expect(json_is_false(report_at(finding, "evidence/0/proof")));
	cr_expect_null(report_at(finding, "proven") && json_is_true(report_at(finding, "proven"))
			       ? finding
			       : NULL);
}

/* Left open by the program that was executed: one descriptor, and told once. */
Test(crossings, left_open_is_told_once)
{
	struct watched noted = WATCH("--", CROSSING, "exec");
	struct watched counted = WATCH("--exec-inherited", "count", "--", CROSSING, "exec");

	cr_assert_eq(json_array_size(report_at(noted.report, "findings")), 1, "%s", noted.run.err);
	cr_expect_str_eq(report_text(noted.report, "findings/0/type"), "leak");
	cr_expect_not_null(strstr(noted.run.err, "before an exec"), "%s", noted.run.err);
	cr_expect_eq(run_status(&noted.run), 23);
	cr_assert_eq(json_array_size(report_at(counted.report, "findings")), 1, "%s",
		     counted.run.err);
	cr_expect_str_eq(report_text(counted.report, "findings/0/type"), "exec-inherited");
	cr_expect_eq(run_status(&counted.run), 23);
}

/* Shells, make's job server, and what Python is asked to hand on. */
Test(crossings, meant)
{
	static const char *const scripts[] = {
		"exec 3</dev/null; /bin/true; exec 4<&3; /bin/true",
		"/bin/true 3</dev/null | /bin/cat",
		PYTHON " -c 'import subprocess, socket\n"
		       "s = socket.socket()\n"
		       "subprocess.run([\"/bin/true\"], pass_fds=[s.fileno()])\n"
		       "subprocess.run([\"/bin/true\"], close_fds=False)'",
		"printf 'all: a b\\na b:\\n\\t@+/bin/true\\n' | make -j2 -f -",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct watched watched =
			WATCH("--kinds", "all", "--gate", "none", "--", "bash", "-c", scripts[i]);

		cr_expect_null(crossing_of(watched.report), "%s: %s", scripts[i], watched.run.err);
	}
}
