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
		{ "exec", 1, "idle" },
		{ "pair", 2, "idle (2 times)" },
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
