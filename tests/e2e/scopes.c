/* SPDX-License-Identifier: MIT */
/* unclosed.h: its answers, and what the report makes of scopes. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

TestSuite(scopes, .init = run_init, .fini = run_fini);

static const char *const programs[] = { FIXTURE("scopes"), FIXTURE("scopes_fixed"),
					FIXTURE("scopes_optimized") };

static const char *const checks[] = { "nested", "threads", "turns", "listed",
				      "growth", "none",    "behind" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The fixture checks the answers itself. */
Test(scopes, answers)
{
	for (size_t i = 0; i < COUNT(programs); i++)
		for (size_t j = 0; j < COUNT(checks); j++) {
			struct watched watched =
				WATCH("--gate", "none", "--", programs[i], checks[j]);

			cr_expect_eq(run_status(&watched.run), 0, "%s %s: %s", programs[i],
				     checks[j], watched.run.err);
			cr_expect(strstr(watched.run.out, "watched\n"));
		}
}

/* Without the library, and in a static program, all answers are 0. */
Test(scopes, alone)
{
	struct run fixed = RUN_BARE(FIXTURE("scopes_static"), "nested");

	cr_expect_str_eq(fixed.out, "alone\n");
	for (size_t i = 0; i < COUNT(programs); i++)
		for (size_t j = 0; j < COUNT(checks); j++) {
			struct run run = RUN(programs[i], checks[j]);

			cr_expect_eq(run_status(&run), 0, "%s %s: %s", programs[i], checks[j],
				     run.err);
			cr_expect(strstr(run.out, "alone\n"));
		}
}

static json_t *scope_named(json_t *report, const char *name)
{
	json_t *scopes = report_at(report, "scopes"), *scope;
	size_t i;

	json_array_foreach(scopes, i, scope)
	{
		if (strcmp(report_text(scope, "name"), name) == 0)
			return scope;
	}
	return NULL;
}

Test(scopes, nested)
{
	struct watched watched = WATCH("--", FIXTURE("scopes"), "nested");
	json_t *outer = scope_named(watched.report, "outer");
	json_t *inner = scope_named(watched.report, "inner");

	cr_assert_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(outer, "opened"), 1);
	cr_expect_eq(report_number(outer, "left"), 0);
	cr_expect_eq(report_number(inner, "opened"), 1, "the file does not count");
	cr_expect_eq(report_number(inner, "left"), 1);
	cr_expect_eq(report_number(inner, "leaked"), 0, "it was closed after the scope's end");
	cr_expect_eq(report_number(inner, "parent"), report_number(outer, "id"));
}

/* The number of kinds that count is the run's. */
Test(scopes, kinds)
{
	struct watched watched =
		WATCH("--kinds", "file", "--gate", "none", "--", FIXTURE("scopes"), "listed");

	cr_expect_eq(run_status(&watched.run), 1, "one file, not one socket: %s", watched.run.err);
	cr_expect(strstr(watched.run.err, "is 0, not 1") || strstr(watched.run.err, "listed"), "%s",
		  watched.run.err);
}

Test(scopes, expected_none)
{
	struct watched watched = WATCH("--", FIXTURE("scopes"), "none");
	json_t *early = report_at(watched.report, "findings/1");
	json_t *leak = report_at(watched.report, "findings/0");
	json_t *scope = scope_named(watched.report, "expects none");

	cr_assert_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	if (strcmp(report_text(early, "type"), "expected-closed") != 0) {
		json_t *swap = early;

		early = leak;
		leak = swap;
	}
	cr_expect_str_eq(report_text(early, "type"), "expected-closed");
	cr_expect_eq(report_number(early, "scopes/0"), report_number(scope, "id"));
	cr_expect_str_eq(report_text(early, "related/0/role"), "expected-none");
	cr_expect_str_eq(report_text(leak, "type"), "leak");
	cr_expect_str_eq(report_text(leak, "descriptors/0/label"), "of the test");
	cr_expect_eq(report_number(leak, "descriptors/0/scope"), report_number(scope, "id"));
	cr_expect_eq(report_number(scope, "left"), 1);
	cr_expect_eq(report_number(scope, "leaked"), 1);
	cr_expect(strstr(watched.run.err, ", label of the test\n"), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "in scope expects none (tests/fixtures/scopes.c:"), "%s",
		  watched.run.err);
	cr_expect(strstr(watched.run.err, "1 of 1 scope left sockets open: expects none (1)"), "%s",
		  watched.run.err);
}

/* A child's leak is its scope's, also when it became another program. */
Test(scopes, children)
{
	struct watched watched = WATCH("--", FIXTURE("scopes"), "children");
	json_t *scope = scope_named(watched.report, "children");

	cr_assert_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(scope, "opened"), 2);
	cr_expect_eq(report_number(scope, "left"), 0, "the process itself left none");
	cr_expect_eq(report_number(scope, "leaked"), 2);
	for (const char *const *path = RUN_ARGV("findings/0/scopes/0", "findings/1/scopes/0");
	     *path; path++)
		cr_expect_eq(report_number(watched.report, *path), report_number(scope, "id"));
}

Test(scopes, meant_to_stay)
{
	struct watched watched = WATCH("--", FIXTURE("scopes"), "keep");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "findings/0/noted"), 1);
	cr_expect_str_eq(report_text(watched.report, "findings/0/note_reason"),
			 "the program means it to stay open: the log");
}

/* Of a program with checkpoints only what grew counts. */
Test(scopes, growth)
{
	struct watched watched = WATCH("--", FIXTURE("scopes"), "growth");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counted"), 3, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/noted"), 2, "%s", watched.run.err);
}

/* Told by the environment: all processes with the same name are one scope. */
Test(scopes, environment)
{
	const struct run_options options = { .environment = RUN_ARGV("UNCLOSED_SCOPE=step 3") };
	struct watched watched = WATCH_WITH(options, "--", "/bin/sh", "-c",
					    "$0 leak; $0 leak; :", FIXTURE("scopes"));

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(json_array_size(report_at(watched.report, "scopes")), 1);
	cr_expect_str_eq(report_text(watched.report, "scopes/0/name"), "step 3");
	cr_expect_eq(report_number(watched.report, "scopes/0/leaked"), 2);
}
