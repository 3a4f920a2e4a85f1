/* SPDX-License-Identifier: MIT */
/* Every row of calls.def, opened once by a fixture: the report names call, kind, number and line.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dlfcn.h>
#include <string.h>

#include "traced.h"
#include "watch.h"

#define CALLS FIXTURE("calls")
#define SKIPPED 77 /* the fixture's status where the kernel does not let it */

struct row {
	const char *name;
	const char *kind;
};

static const struct row rows[] = {
#define CALL(name, opens, ...) { #name, #opens },
#define CALL_NUMBER(name, opens, ...) { #name, #opens },
#include "preload/libc/calls.def"
#undef CALL
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

TestSuite(calls, .init = run_init, .fini = run_fini);

/*
 * With and without the shim: the same to whoever looks at the fixture, and the
 * report as it says. Returns how many were left open; -1: the kernel refuses the call.
 */
static int call_check(const char *name)
{
	struct run bare = RUN(CALLS, name);
	struct watched watched;

	if (run_status(&bare) == SKIPPED)
		return -1;
	watched = WATCH("-q", "--kinds", "all", "--gate", "none", "--misuse", "ignore",
			"--exec-inherited", "ignore", "--", CALLS, name);
	cr_assert_neq(run_status(&bare), 2, "%s", bare.err);
	cr_assert_neq(run_status(&bare), 139);
	cr_expect_eq(run_status(&watched.run), run_status(&bare), "%s: status %d, alone %d; %s",
		     name, run_status(&watched.run), run_status(&bare), watched.run.err);
	cr_expect_str_eq(watched.run.out, bare.out, "%s", name);
	return (int)expectations_check(&watched);
}

static void kernel_check(const char *name)
{
	struct run_options options = { 0 };
	struct run_child child = traced_start(&options, RUN_ARGV(CALLS, name));

	(void)traced_compare(&child);
}

static void rows_free(struct criterion_test_params *params)
{
	cr_free(params->params);
}

/* By index: a test is another process, and its copy of this array may lie elsewhere. */
ParameterizedTestParameters(calls, row)
{
	size_t *indexes = cr_malloc(ROWS * sizeof(*indexes));

	for (size_t i = 0; i < ROWS; i++)
		indexes[i] = i;
	return cr_make_param_array(size_t, indexes, ROWS, rows_free);
}

ParameterizedTest(const size_t *index, calls, row)
{
	const struct row *row = &rows[*index];
	int count = call_check(row->name);

	if (count < 0)
		cr_skip("the kernel refuses %s", row->name);
	if (strcmp(row->kind, "NONE") == 0)
		return;
	cr_assert_neq(count, 0, "%s opens a descriptor; its fixture leaves none", row->name);
	/* The same, by the kernel's word; with a filter in, the shim does not ask for it. */
	if (strcmp(row->name, "seccomp") != 0)
		kernel_check(row->name);
}

/* What the fixture has beyond the rows: other ways to the same calls, and their corner cases. */
Test(calls, beyond_rows)
{
	struct run list = RUN(CALLS, "--list");
	char *rest = list.out, *name;
	unsigned int count = 0;

	while ((name = strsep(&rest, "\n")) != NULL) {
		if (!strchr(name, ':') || strstr(name, ":closed")) /* misuse.c has those */
			continue;
		call_check(name);
		count++;
	}
	cr_assert_geq(count, 10);
}

/* A row that every libc must have would, without it, be a function that calls NULL. */
Test(calls, rows_are_in_libc)
{
	static const char *const names[] = {
#define CALL(name, ...) #name,
#define CALL_SINCE(name, ...)
#include "preload/libc/calls.def"
#undef CALL
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect_not_null(dlsym(RTLD_DEFAULT, names[i]), "libc has no %s", names[i]);
}

/* What this libc lacks, a program must not find because of us. */
Test(calls, absent_names_stay_absent)
{
	struct run alone = RUN(FIXTURE("names"));
	struct watched watched = WATCH("--", FIXTURE("names"));

	cr_assert_eq(run_status(&alone), 0);
	cr_expect_str_eq(watched.run.out, alone.out);
}
