/* SPDX-License-Identifier: MIT */
/* Programs that run, looked at from outside: the report has what the kernel has, and no more. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

TestSuite(live, .init = run_init, .fini = run_fini);

/* A fixture under the launcher, and itself. */
struct target {
	struct run_child launcher;
	int pid;
};

/* The number behind a word that the fixture has printed. */
static int said(const struct target *target, const char *word)
{
	const char *text = run_read(target->launcher.out_path, NULL);
	const char *at = text ? strstr(text, word) : NULL;

	cr_assert_not_null(at, "no '%s'", word);
	return atoi(at + strlen(word));
}

static struct target target_start(const char *what)
{
	struct run_options options = { .timeout_s = 120 };
	struct target target;

	target.launcher = run_start(&options, RUN_ARGV(UNCLOSED_PROGRAM, "--killed", "ignore", "--",
						       FIXTURE("live"), what));
	run_await(&target.launcher, "ready");
	target.pid = said(&target, "ready ");
	return target;
}

static void target_end(struct target *target)
{
	kill(target->pid, SIGTERM);
	run_finish(&target->launcher);
}

static const char *text_of(int number)
{
	return run_format("%d", number);
}

static json_t *dump(const struct target *target)
{
	const char *path = run_path("dump.json");
	struct run run = RUN(UNCLOSED_PROGRAM, "dump", text_of(target->pid), "-o", path);

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	return report_load(path);
}

/* The finding that lists a number; NULL when none does. */
static json_t *finding_of(json_t *report, int fd)
{
	json_t *findings = json_object_get(report, "findings"), *finding, *one;
	size_t i, j;

	json_array_foreach(findings, i, finding)
		json_array_foreach(json_object_get(finding, "descriptors"), j,
				   one) if (report_number(one, "fd") == fd) return finding;
	return NULL;
}

static bool is_inherited(json_t *process, int fd)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(process, "inherited"), i,
			   one) if (report_number(one, "fd") == fd) return true;
	json_array_foreach(json_object_get(process, "copies"), i,
			   one) if (json_integer_value(one) == fd) return true;
	return false;
}

/* Each number that the kernel has open is in the report, but for the first three. */
static void compare(json_t *report, json_t *process)
{
	DIR *folder = opendir(run_format("/proc/%lld/fd", report_number(process, "pid")));
	struct dirent *entry;
	long long count = 0;

	cr_assert_not_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		count++;
		cr_expect(fd <= 2 || finding_of(report, fd) || is_inherited(process, fd),
			  "descriptor %d is missing", fd);
	}
	closedir(folder);
	cr_expect_eq(report_number(process, "open"), count);
	cr_expect_eq(report_number(process, "in_flux"), 0);
}

Test(live, what_the_kernel_has)
{
	struct target target = target_start("kinds");
	json_t *report = dump(&target);

	compare(report, report_at(report, "processes/0"));
	cr_expect_null(finding_of(report, said(&target, "gone ")));
	cr_expect_null(json_object_get(finding_of(report, said(&target, "unseen ")), "call"));
	cr_expect_str_eq(report_text(report_finding(report, "epoll_create1", NULL), "title"),
			 "epoll, open");
	cr_expect_str_eq(report_text(report, "verdict"), "incomplete");
	cr_expect_str_eq(report_text(report, "exit_reason"), "running");
	cr_expect_eq(report_number(report, "exit_status"), 0);
	cr_expect(json_is_true(json_object_get(report, "live")));
	target_end(&target);
}

/* What is open that a function has opened. */
static long long count_at(json_t *report, const char *function)
{
	json_t *finding;
	long long count = 0;
	size_t i;

	json_array_foreach(
		json_object_get(report, "findings"), i,
		finding) if (strcmp(report_text(finding, "stack/0/function"), function) == 0)
		count += report_number(finding, "count");
	return count;
}

/* What comes and goes is told of as that, whatever the look falls into. */
Test(live, churn)
{
	struct target target = target_start("churn");

	for (int i = 0; i < 10; i++) {
		json_t *report = dump(&target);

		/* A thread that has no processor holds its own all the time. */
		cr_expect_eq(count_at(report, "churn"), 20, "%lld", count_at(report, "churn"));
		cr_expect_leq(count_at(report, "churn_thread"), 8);
		cr_expect_leq(json_array_size(json_object_get(report, "findings")), 3);
	}
	target_end(&target);
}

Test(live, proof)
{
	struct target target = target_start("proof");
	json_t *report;
	struct run run;

	run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid), "--json",
		  run_path("live.json"));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	report = report_load(run_path("live.json"));
	cr_expect_str_eq(report_text(report, "verdict"), "leaks");
	cr_expect_eq(report_number(report, "summary/counted"), 1);
	cr_expect_not_null(strstr(run.err, "proof  The peer has closed its end"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "note   The peer has shut down its sending side"), "%s",
			   run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", "--live", "--gate", "none", text_of(target.pid));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	target_end(&target);
}

/* A peer that has closed a moment ago is no proof: the close() of this end is on its way. */
Test(live, proof_that_does_not_last)
{
	struct target target = target_start("moments");

	for (int i = 0; i < 3; i++) {
		struct run run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));

		cr_expect_eq(run_status(&run), 0, "%s", run.err);
	}
	target_end(&target);
}

/* How often to look, until a number that grows is told as that. */
#define LOOKS_MAX 100

Test(live, growth)
{
	struct target target = target_start("grows");
	struct run run;
	int looks = 0;

	do
		run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid), "--json",
			  run_path("live.json"));
	while (run_status(&run) == 0 && looks++ < LOOKS_MAX);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_str_eq(report_text(report_load(run_path("live.json")), "findings/0/growth/word"),
			 "growing");
	cr_expect_not_null(strstr(run.err, "Their number grows by"), "%s", run.err);
	target_end(&target);
}

Test(live, steady_traffic)
{
	struct target target = target_start("steady");

	for (int i = 0; i < 20; i++) {
		struct run run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));

		cr_expect_eq(run_status(&run), 0, "%s", run.err);
	}
	target_end(&target);
}

static void nothing_counts(const char *what, const char *kinds)
{
	struct target target = target_start(what);

	for (int i = 0; i < 3; i++) {
		struct run run = RUN(UNCLOSED_PROGRAM, "report", "--live", "--kinds", kinds,
				     text_of(target.pid));

		cr_expect_eq(run_status(&run), 0, "%s", run.err);
	}
	target_end(&target);
}

/* Its peer is there, and nobody's yet. */
Test(live, connection_in_a_backlog)
{
	nothing_counts("backlog", "socket");
}

/* The writer is gone, and the reader has not come to the end. */
Test(live, slow_reader)
{
	nothing_counts("slow", "pipe");
}

Test(live, program_that_executes)
{
	nothing_counts("execs", "socket");
}

Test(live, child_and_parent)
{
	struct target target = target_start("forked");
	int child = said(&target, "child ");
	json_t *report = dump(&target);

	cr_expect_eq(report_count(report, "socket", "socket"), 3);
	cr_expect_eq(report_number(report, "process_counts/running"), 2);
	compare(report, report_at(report, "processes/0"));
	compare(report, report_at(report, "processes/1"));
	cr_expect_geq(json_array_size(report_at(report, "processes/1/copies")), 2);
	target.pid = child;
	report = dump(&target);
	cr_expect_eq(report_count(report, "socket", "socket"), 1);
	target.pid = said(&target, "ready ");
	kill(child, SIGTERM);
	target_end(&target);
}

/* No dump of the kernel has them: they are asked themselves. */
Test(live, sockets_without_address)
{
	struct target target = target_start("datagrams");
	json_t *report = dump(&target), *finding;
	size_t i;

	json_array_foreach(json_object_get(report, "findings"), i, finding)
		cr_expect_not_null(strchr(report_text(finding, "descriptors/0/family"), 'n'), "%s",
				   report_text(finding, "title"));
	cr_expect_eq(json_array_size(json_object_get(report, "findings")), 3);
	target_end(&target);
}

/* A report lists a hundred of a place; a dump has all. */
Test(live, many)
{
	struct target target = target_start("many");
	json_t *report = dump(&target);
	struct run run;

	cr_expect_eq(json_array_size(report_at(report, "findings/0/descriptors")), 300);
	compare(report, report_at(report, "processes/0"));
	run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid), "--json",
		  run_path("live.json"));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	report = report_load(run_path("live.json"));
	cr_expect_eq(json_array_size(report_at(report, "findings/0/descriptors")), 100);
	target_end(&target);
}

/* Of processes that ended nothing is told: they have nothing open. */
Test(live, after_others)
{
	struct target target = target_start("shells");
	json_t *report = dump(&target);

	cr_expect_eq(json_array_size(json_object_get(report, "findings")), 1);
	cr_expect_str_eq(report_text(report, "verdict"), "incomplete");
	cr_expect_eq(report_number(report, "process_counts/total"), 1);
	cr_expect_eq(report_number(report, "summary/counts/file/left"), -1);
	target_end(&target);
}

Test(live, two_dumps)
{
	struct target target = target_start("kinds");
	const char *first = run_path("first.json"), *second = run_path("second.json");
	struct run run;

	RUN(UNCLOSED_PROGRAM, "dump", text_of(target.pid), "-o", first);
	RUN(UNCLOSED_PROGRAM, "dump", text_of(target.pid), "-o", second);
	run = RUN(UNCLOSED_PROGRAM, "diff", first, second);
	cr_expect_eq(run_status(&run), 0, "%s%s", run.out, run.err);
	cr_expect_not_null(strstr(run.out, "opened since, and still open: 0"), "%s", run.out);
	cr_expect_not_null(strstr(run.out, "gone: 0"), "%s", run.out);
	target_end(&target);
}

Test(live, watch)
{
	struct target target = target_start("grows");
	struct run_options options = { .timeout_s = 120 };
	struct run_child watch = run_start(&options, RUN_ARGV(UNCLOSED_PROGRAM, "report", "--live",
							      "--watch", "1", text_of(target.pid)));
	struct run run;

	run_await(&watch, "opened since, and still open");
	target_end(&target);
	run = run_finish(&watch);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", "--live", "--watch", "0", "1");
	cr_expect_eq(run_status(&run), 125);
}

Test(live, list)
{
	struct target target = target_start("kinds");
	struct run run = RUN(UNCLOSED_PROGRAM, "ps");
	json_t *list;

	cr_expect_not_null(strstr(run.out, run_format("%7d  ", target.pid)), "%s", run.out);
	run = RUN(UNCLOSED_PROGRAM, "ps", "--json");
	list = json_loads(run.out, 0, NULL);
	cr_assert_not_null(list, "%s", run.out);
	cr_expect_str_eq(report_text(list, "schema"), "unclosed-ps/1");
	json_decref(list);
	target_end(&target);
}

static void refused(const char *word, const char *why)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "report", "--live", word);

	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, why), "%s", run.err);
}

Test(live, nothing_to_look_at)
{
	refused("2147483647", "there is no process 2147483647");
	refused("99999999999", "is no number of a process");
	refused(text_of((int)getpid()), "is not watched");
	refused(run_path("nothing"), "No such file");
	refused("/etc/passwd", "no process has '/etc/passwd' mapped");
}

/* As root. The process has changed its user: its own user may not look, root may. */
Test(live, changed_user)
{
	struct target target;
	struct run run;

	if (geteuid() != 0 || !run_find("setpriv"))
		cr_skip("not root, or no setpriv");
	target = target_start("dropped");
	run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--",
		  UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	target_end(&target);
}

/* The row of `unclosed ps --json` for a process. */
static json_t *row_of(int pid)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "ps", "--json");
	json_t *list = json_loads(run.out, 0, NULL), *one, *found = NULL;
	size_t i;

	cr_assert_not_null(list, "%s", run.out);
	json_array_foreach(json_object_get(list, "processes"), i,
			   one) if (report_number(one, "pid") == pid) found = json_incref(one);
	json_decref(list);
	cr_assert_not_null(found, "%s", run.out);
	return found;
}

Test(live, list_of_what_grows)
{
	struct target target = target_start("grows");
	json_t *row = NULL;
	struct run run;

	for (int i = 0; i < LOOKS_MAX; i++) {
		json_decref(row);
		row = row_of(target.pid);
		if (report_number(row, "growing_places") == 1)
			break;
	}
	cr_expect_eq(report_number(row, "growing_places"), 1);
	cr_expect_str_eq(report_text(row, "growing_fastest/function"), "one_after_the_other");
	cr_expect_str_eq(report_text(row, "growing_fastest/growth/word"), "growing");
	run = RUN(UNCLOSED_PROGRAM, "ps");
	cr_expect_not_null(strstr(run.out, "; 1 place grows: one_after_the_other ("), "%s",
			   run.out);
	json_decref(row);
	target_end(&target);
	target = target_start("steady");
	row = row_of(target.pid);
	cr_expect_eq(report_number(row, "growing_places"), 0);
	cr_expect_null(json_object_get(row, "growing_fastest"));
	json_decref(row);
	target_end(&target);
}

/* What the kernel refuses is not known, and is said; nothing is made of it. */
Test(live, refused_calls)
{
	struct target target = target_start("kinds");
	const char *pid = text_of(target.pid);
	struct run run = RUN(FIXTURE("refused"), "/bin/true"), open;

	if (run_status(&run) != 0)
		cr_skip("no filters here");
	sleep(2); /* copies are asked for of what is a second old */
	open = RUN(UNCLOSED_PROGRAM, "report", "--live", "--kinds", "all", pid);
	run = RUN(FIXTURE("refused"), UNCLOSED_PROGRAM, "report", "--live", "--kinds", "all", pid);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "could not be asked whether the other end is gone"),
			   "%s", run.err);
	cr_expect_null(strstr(run.err, "proof"), "%s", run.err);
	cr_expect_null(strstr(open.err, "could not be asked"), "%s", open.err);
	target_end(&target);
	target = target_start("proof");
	run = RUN(FIXTURE("refused"), UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "proof  The peer has closed its end"), "%s", run.err);
	target_end(&target);
}

#define AS_NOBODY "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"

/* In a network of its own, which its user may not enter (-n), or may by his name space (-Urn). */
static struct target networked_start(bool is_own)
{
	const char *script = run_format("'%s' up && exec %s '%s' --killed ignore '%s' proof",
					FIXTURE("live"),
					is_own ? "" : "setpriv --reuid 65534 --regid 65534 "
						      "--clear-groups --",
					UNCLOSED_PROGRAM, FIXTURE("live"));
	struct run_options options = { .timeout_s = 120 };
	struct target target;
	struct run run;

	if (geteuid() != 0 || !run_find("setpriv") || !run_find("unshare"))
		cr_skip("not root, or no setpriv");
	run = is_own ? RUN(AS_NOBODY, "unshare", "-Urn", FIXTURE("live"), "up")
		     : RUN("unshare", "-n", FIXTURE("live"), "up");
	if (run_status(&run) != 0)
		cr_skip("no name spaces here");
	target.launcher =
		is_own ? run_start(&options,
				   RUN_ARGV(AS_NOBODY, "unshare", "-Urn", "sh", "-c", script))
		       : run_start(&options, RUN_ARGV("unshare", "-n", "sh", "-c", script));
	run_await(&target.launcher, "ready");
	target.pid = said(&target, "ready ");
	return target;
}

/* Files of /proc tell the states and addresses then. */
Test(live, network_of_others)
{
	struct target target = networked_start(false);
	struct run run = RUN(AS_NOBODY, UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "proof  The peer has closed its end"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "note   The peer has shut down its sending side"), "%s",
			   run.err);
	cr_expect_not_null(strstr(run.err, "127.0.0.1:"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "its network namespace is root's to enter"), "%s",
			   run.err);
	target_end(&target);
}

Test(live, network_of_the_user)
{
	struct target target = networked_start(true);
	struct run run = RUN(AS_NOBODY, UNCLOSED_PROGRAM, "report", "--live", text_of(target.pid));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "proof  The peer has closed its end"), "%s", run.err);
	cr_expect_null(strstr(run.err, "less is known"), "%s", run.err);
	target_end(&target);
}

/* In name spaces of its own, from outside. */
Test(live, other_namespaces)
{
	struct run_options options = { .timeout_s = 120 };
	struct run_child child;
	struct run run;
	json_t *list, *one;
	size_t i;
	int found = 0;

	run = RUN("unshare", "-pfnm", "--mount-proc", "true");
	if (run_status(&run) != 0)
		cr_skip("no name spaces here");
	child = run_start(&options, RUN_ARGV("unshare", "-pfnm", "--mount-proc", UNCLOSED_PROGRAM,
					     "--killed", "ignore", FIXTURE("live"), "proof"));
	run_await(&child, "ready");
	run = RUN(UNCLOSED_PROGRAM, "ps", "--json");
	list = json_loads(run.out, 0, NULL);
	json_array_foreach(json_object_get(list, "processes"), i,
			   one) if (report_number(one, "pid") != report_number(one, "own_pid") &&
				    strcmp(report_text(one, "program"), "live") == 0) found =
		(int)report_number(one, "pid");
	json_decref(list);
	cr_assert_neq(found, 0, "%s", run.out);
	run = RUN(UNCLOSED_PROGRAM, "report", "--live", text_of(found));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "CLOSE-WAIT"), "%s", run.err);
	kill(found, SIGTERM);
	run_finish(&child);
}
