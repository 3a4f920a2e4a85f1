/* SPDX-License-Identifier: MIT */
/* What is open at the end is all there, and is what it is: compared with /proc/self/fd. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "watch.h"

#define CENSUS FIXTURE("census")
#define DATABASES FIXTURE("databases")
#define SKIPPED 77 /* the fixtures' status where their call cannot be had */

TestSuite(census, .init = run_init, .fini = run_fini);

/* What the fixture has counted of a kind, in all its processes. */
static long long said(const struct watched *watched, const char *kind)
{
	const char *line = watched->run.out;
	long long total = 0;
	unsigned int count;
	char name[16];

	for (; sscanf(line, "open %15s %u", name, &count) == 2; line += strcspn(line, "\n") + 1)
		if (strcmp(name, kind) == 0)
			total += count;
	return total;
}

static long long counted(const struct watched *watched, const char *kind)
{
	json_t *finding;
	long long total = 0;
	size_t i;

	json_array_foreach(report_at(watched->report, "findings"), i, finding)
	{
		if (strcmp(report_text(finding, "kind"), kind) == 0)
			total += report_number(finding, "counted");
	}
	return total;
}

static struct watched counts_watch(const char *program, const char *part)
{
	static const char *const kinds[] = { "socket", "pipe",	"eventfd", "epoll",
					     "pty",    "file",	"other" };
	struct watched watched = WATCH("--kinds", "all", "--", program, part);

	if (run_status(&watched.run) == SKIPPED)
		cr_skip("no room, or no right to");
	cr_assert_eq(run_status(&watched.run), 23, "%d %s", run_status(&watched.run),
		     watched.run.err);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		cr_expect_eq(counted(&watched, kinds[i]), said(&watched, kinds[i]),
			     "%s: %lld of %lld %s: %s", part, counted(&watched, kinds[i]),
			     said(&watched, kinds[i]), kinds[i], watched.run.err);
	cr_expect_gt(said(&watched, "socket") + said(&watched, "pty"), 0);
	return watched;
}

static struct watched census_watch(const char *part)
{
	return counts_watch(CENSUS, part);
}

Test(census, received_in_messages)
{
	census_watch("received");
	census_watch("received_kinds");
}

Test(census, received_by_several_processes)
{
	census_watch("received_children");
}

Test(census, behind_the_c_library)
{
	census_watch("unseen");
	census_watch("swapped");
	census_watch("duplicate");
}

Test(census, opened_by_a_path)
{
	census_watch("opened");
}

Test(census, without_proc)
{
	census_watch("without_proc");
}

/* Ends that no handler of ours sees: in order, so what was open counts. */
Test(census, left_unseen)
{
	static const char *const parts[] = { "raw_exit", "handle_exit", "child_exit" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct watched watched = census_watch(parts[i]);

		cr_expect(json_is_false(report_at(watched.report, "complete")), "%s", parts[i]);
	}
}

Test(census, child_of_clone)
{
	struct watched watched = census_watch("clone");

	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
	census_watch("small_clone");
}

/* What the program itself opens on 0, 1 or 2 is its own, and the sums are true. */
Test(census, standard_numbers)
{
	struct watched watched = census_watch("zero");
	struct watched twice = WATCH("--kinds", "all", "--misuse", "count", "--", CENSUS,
				     "zero_twice");

	cr_expect_not_null(strstr(watched.run.err, "sockets: 1 opened, 0 closed"), "%s",
			   watched.run.err);
	cr_expect_eq(run_status(&twice.run), 23, "%s", twice.run.err);
	cr_expect_str_eq(report_text(twice.report, "findings/0/type"), "double-close");
}

Test(census, standard_streams)
{
	struct watched watched = WATCH("--kinds", "all", "--output", "-", "--", CENSUS,
				       "standards");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.out);
	cr_expect_not_null(strstr(watched.run.out, "3 as standard input, output or error"), "%s",
			   watched.run.out);
	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0);
}

/* libc is not believed to keep more than it does. */
Test(census, not_kept_by_libc)
{
	census_watch("name_servers");
	census_watch("databases");
}

/* It keeps what the program has called it for, and not what the program knows how to call. */
Test(census, not_kept_without_a_call)
{
	static const char *const parts[] = { "known", "released", "others", "child",
					     "before_exec" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		counts_watch(DATABASES, parts[i]);
}

/* Every function of databases.def says the same as without us, and what it opened is closed. */
Test(census, functions_of_databases)
{
	struct run alone = RUN(DATABASES, "calls");
	struct watched watched = WATCH("--kinds", "all", "--", DATABASES, "calls");

	cr_expect_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0, "%s",
		     watched.run.err);
}

/* By default sockets count: the others around them take no room from them. */
Test(census, sockets_among_others)
{
	static const char *const parts[] = { "received", "received_kinds", "unseen", "swapped",
					     "duplicate" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct watched watched = WATCH("--", CENSUS, parts[i]);

		if (run_status(&watched.run) == SKIPPED)
			continue;
		cr_expect_eq(run_status(&watched.run), 23, "%s: %s", parts[i], watched.run.err);
		cr_expect_eq(counted(&watched, "socket"), said(&watched, "socket"), "%s: %s",
			     parts[i], watched.run.err);
	}
}
