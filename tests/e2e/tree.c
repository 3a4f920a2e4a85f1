/* SPDX-License-Identifier: MIT */
/* Families of processes: who opened what is blamed, once, wherever the copies went. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define TREE FIXTURE("tree")

TestSuite(tree, .init = run_init, .fini = run_fini);

/* As many descriptors as the shape says itself, all of it covered, nothing else found. */
static struct watched tree_watch(const char *shape, unsigned int count)
{
	struct watched watched = WATCH("--", TREE, shape);

	cr_expect_eq(expectations_check(&watched), count, "%s", watched.run.out);
	cr_expect_eq(run_status(&watched.run), count ? 23 : 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s",
		     watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
	return watched;
}

/* And it behaves as it does alone. */
static struct watched tree_check(const char *shape, unsigned int count)
{
	struct run alone = RUN(TREE, shape);
	struct watched watched = tree_watch(shape, count);

	cr_expect_eq(run_status(&alone), 0);
	cr_expect_str_eq(watched.run.out, alone.out);
	return watched;
}

static long long processes(const struct watched *watched)
{
	return report_number(watched->report, "process_counts/total");
}

/* The process that the n-th descriptor of a finding is shown in, as an index: 0 is PROGRAM. */
static long long blamed(json_t *finding, unsigned int index)
{
	return report_number(finding, run_format("descriptors/%u/process", index));
}

Test(tree, clean)
{
	tree_check("clean", 0);
}

Test(tree, forked_child_is_not_blamed)
{
	struct watched watched = tree_check("fork_copies", 1);

	cr_expect_eq(processes(&watched), 2);
	cr_expect_eq(blamed(report_finding(watched.report, NULL, NULL), 0), 0);
}

Test(tree, each_has_its_own)
{
	tree_check("fork_both", 2);
}

Test(tree, child_leak_is_counted)
{
	struct watched watched = tree_check("fork_child", 1);

	cr_expect_neq(blamed(report_finding(watched.report, NULL, NULL), 0), 0);
}

Test(tree, both_closed)
{
	tree_check("fork_closed", 0);
}

/* A vfork child closes and moves descriptors: none of it is done to the parent's table. */
Test(tree, vfork_then_exec)
{
	struct watched watched = tree_check("vfork_exec", 2);

	cr_expect_eq(processes(&watched), 2);
}

Test(tree, posix_spawn)
{
	tree_check("spawn", 1);
}

Test(tree, system)
{
	struct watched watched = tree_check("by_system", 1);

	cr_expect_eq(processes(&watched), 3);
}

Test(tree, popen)
{
	tree_check("by_popen", 1);
}

Test(tree, environment_of_its_own)
{
	tree_check("own_envp", 1);
}

Test(tree, environment_wiped)
{
	tree_check("cleared", 1);
}

Test(tree, env_i)
{
	struct watched watched = WATCH("--", "/usr/bin/env", "-i", TREE, "leak_alone");

	cr_expect_eq(expectations_check(&watched), 1);
	cr_expect_eq(run_status(&watched.run), 23);
}

/* Three images of one pid: the opener is a line of the first. */
Test(tree, exec_keeps_the_opener)
{
	struct watched watched = tree_check("exec_chain", 1);
	json_t *finding = report_finding(watched.report, "socket", "socket");

	cr_expect_eq(processes(&watched), 1);
	cr_expect_eq(json_array_size(report_at(watched.report, "processes")), 3);
	cr_expect_str_eq(report_text(finding, "stack/1/function"), "exec_chain");
}

/* Judged at the daemon's end: its own socket, and the copy that its dead parents left to it. */
Test(tree, daemon)
{
	struct watched watched = tree_watch("daemonize", 2);

	cr_expect_eq(report_number(watched.report, "process_counts/running"), 0);
}

Test(tree, hand_over_before_the_parent_is_gone)
{
	tree_watch("hand_over_early", 0);
}

Test(tree, hand_over_after_the_parent_is_gone)
{
	tree_watch("hand_over_late", 0);
}

Test(tree, forking_server_keeps_the_connection)
{
	struct watched watched = tree_check("server_keeps", 1);
	json_t *finding = report_finding(watched.report, "accept", "socket");

	cr_expect_eq(blamed(finding, 0), 0);
	cr_expect_str_eq(report_text(finding, "role"), "accepted");
}

Test(tree, forking_server_closes_the_connection)
{
	tree_check("server_closes", 0);
}

/* What came from outside, by a shell or a CI runner, is listed and no leak. */
Test(tree, from_outside)
{
	const char *json = run_path("outside.json");
	struct run run = RUN("/bin/sh", "-c",
			     "exec 9</dev/null; exec \"$0\" --kinds all --json \"$1\" -q \"$2\" clean",
			     UNCLOSED_PROGRAM, json, TREE);
	json_t *report = report_load(json);

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_eq(json_array_size(report_at(report, "processes/0/inherited")), 1);
	cr_expect_eq(report_number(report, "processes/0/inherited/0/fd"), 9);
	cr_expect_str_eq(report_text(report, "processes/0/inherited/0/target"), "/dev/null");
	cr_expect_eq(report_count(report, NULL, NULL), 0);
}

/* Only PROGRAM itself is judged, all else is not. */
Test(tree, children_none)
{
	struct watched child = WATCH("--children", "none", "--", TREE, "fork_child");
	struct watched both = WATCH("--children", "none", "--", TREE, "fork_both");

	cr_expect_eq(run_status(&child.run), 0, "%s", child.run.err);
	cr_expect_eq(run_status(&both.run), 23);
	cr_expect_eq(report_number(both.report, "summary/counted"), 1);
}

Test(tree, only_and_skip)
{
	struct watched skipped = WATCH("--skip", "tree", "--", TREE, "by_system");
	struct watched only = WATCH("--only", "sh", "--", TREE, "by_system");
	struct watched named = WATCH("--only", "tree", "--", TREE, "by_system");

	cr_expect_eq(run_status(&skipped.run), 0, "%s", skipped.run.err);
	cr_expect_eq(run_status(&only.run), 0, "%s", only.run.err);
	cr_expect_eq(run_status(&named.run), 23, "%s", named.run.err);
}

/* One that outlives PROGRAM is listed, not judged; nobody waits for it. */
Test(tree, outlives)
{
	struct watched watched = WATCH("--wait", "none", "--", "/bin/sh", "-c",
				       "sleep 2 >/dev/null 2>&1 & exit 0");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/running"), 1, "%s",
		     watched.run.err);
	cr_expect(json_is_false(report_at(watched.report, "complete")));
}

/* Its number is not known when PROGRAM ends, perhaps before it was loaded: it is waited for. */
Test(tree, shell_outlives)
{
	static const char *const ways[] = { "popen", "system" };

	for (unsigned int i = 0; i < 12; i++) {
		struct watched watched =
			WATCH("--", FIXTURE("shell_outlives"), ways[i % 2],
			      run_format("sleep 0.1; %s >/dev/null 2>&1", FIXTURE("leak")));

		cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
		cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s",
			     watched.run.err);
		cr_expect(json_is_true(report_at(watched.report, "complete")), "%s",
			  watched.run.err);
	}
}

/* Two threads that start shells at once swap one environ: no process is missed or made up. */
Test(tree, shells_of_threads)
{
	struct watched watched = WATCH("--", FIXTURE("shell_outlives"), "threads", ":");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), 1 + 4 * 8, "%s",
		     watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
}

/* What a shell redirects is for the program that it executes, and no leak of that one. */
Test(tree, shell_redirects)
{
	struct watched watched;

	if (!run_find("bash"))
		cr_skip("no bash");
	watched = WATCH("--kinds", "all", "--", "bash", "-c", "/bin/true 9</etc/passwd; true");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "1 file left open"), "%s", watched.run.err);
}
