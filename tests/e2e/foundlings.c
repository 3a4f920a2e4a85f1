/* SPDX-License-Identifier: MIT */
/* Children of a fork that no call of libc made: what they do is theirs, not their parent's. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define FOUNDLING FIXTURE("foundling")

TestSuite(foundlings, .init = run_init, .fini = run_fini);

/* As many leaks as the shape says itself, in as many processes; nothing else found. */
static void shape_check(const char *shape, unsigned int leaks, long long processes)
{
	struct watched watched = WATCH("--", FOUNDLING, shape, "/bin/true");
	struct run bare = RUN_BARE(FOUNDLING, shape, "/bin/true");

	cr_expect_eq(expectations_check(&watched), leaks, "%s: %s", shape, watched.run.err);
	cr_expect_eq(run_status(&watched.run), leaks ? 23 : 0, "%s: %s", shape, watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), processes, "%s: %s",
		     shape, watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s: %s", shape,
		  watched.run.err);
	cr_expect_eq(run_status(&bare), leaks ? 23 : 0, "%s: %s", shape, bare.err);
}

Test(foundlings, leaks_are_theirs)
{
	shape_check("child_leaks", 1, 2);
	shape_check("child_exits", 1, 2);
	shape_check("shared_table", 1, 2);
	shape_check("child_forks", 1, 3);
	shape_check("child_of_child", 1, 3);
}

/* The child has no stack of its own. */
Test(foundlings, same_line_as_the_parent)
{
	shape_check("same_line", 1, 2);
}

/* It is seen as soon as it opens something, so its end is missed. */
Test(foundlings, end_that_nobody_sees)
{
	struct watched watched = WATCH("--", FOUNDLING, "inline_end");

	cr_expect_eq(report_number(watched.report, "process_counts/total"), 2, "%s",
		     watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/unchecked"), 1, "%s",
		     watched.run.err);
	cr_expect_str_neq(report_text(watched.report, "verdict"), "clean", "%s", watched.run.err);
}

/* No question to the kernel is needed to find it. */
Test(foundlings, behind_a_filter)
{
	struct watched watched = WATCH("--", FOUNDLING, "filtered");

	if (run_status(&watched.run) == 77)
		cr_skip("no filter may be set here");
	cr_expect_eq(expectations_check(&watched), 1, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 2, "%s",
		     watched.run.err);
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
}

Test(foundlings, copies_are_theirs)
{
	shape_check("child_closes", 2, 2);
	shape_check("parent_closes", 0, 2);
}

static const char *program_of(json_t *report, unsigned int index)
{
	return report_text(report, run_format("processes/%u/exe", index));
}

/* PROGRAM is not the one that its child executes. */
Test(foundlings, execute_for_themselves)
{
	static const char *const shapes[] = { "child_executes", "vfork_child_executes" };

	for (unsigned int i = 0; i < 2; i++) {
		struct watched watched = WATCH("--", FOUNDLING, shapes[i], "/bin/true");

		shape_check(shapes[i], i, 2);
		cr_expect(strstr(program_of(watched.report, 0), "foundling"), "%s",
			  watched.run.err);
	}
}
