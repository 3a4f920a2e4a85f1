/* SPDX-License-Identifier: MIT */
/* What a report tells of what was left open: each fixture says what it has to. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "watch.h"

#define FACTS FIXTURE("facts")
#define SKIPPED 77 /* the fixture's status where its call cannot be had */

TestSuite(facts, .init = run_init, .fini = run_fini);

/* The finding, and its descriptor, with this number. */
static json_t *descriptor_find(json_t *report, int fd, json_t **ret_finding)
{
	json_t *finding, *descriptor;
	size_t i, j;

	json_array_foreach(report_at(report, "findings"), i, finding)
	{
		json_array_foreach(report_at(finding, "descriptors"), j, descriptor)
		{
			if (report_number(descriptor, "fd") != fd)
				continue;
			*ret_finding = finding;
			return descriptor;
		}
	}
	return NULL;
}

static json_t *evidence_find(json_t *finding, const char *what, bool is_proof)
{
	json_t *evidence;
	size_t i;

	json_array_foreach(report_at(finding, "evidence"), i, evidence)
	{
		if (strcmp(report_text(evidence, "what"), what) == 0 &&
		    json_is_true(report_at(evidence, "proof")) == is_proof)
			return evidence;
	}
	return NULL;
}

static void line_check(json_t *report, const char *part, const char *line)
{
	char what[40], proof[8], text[80];
	json_t *descriptor, *finding = NULL;
	int fd;

	if (sscanf(line, "about %d %79[^\n]", &fd, text) == 2) {
		descriptor = descriptor_find(report, fd, &finding);
		cr_assert_not_null(descriptor, "%s: %s", part, line);
		cr_expect_eq(strncmp(report_text(descriptor, "about"), text, strlen(text)), 0,
			     "%s: \"%s\" is not \"%s\"", part, report_text(descriptor, "about"),
			     text);
	} else {
		cr_assert_eq(sscanf(line, "evidence %d %39s %7s", &fd, what, proof), 3, "%s: %s",
			     part, line);
		descriptor = descriptor_find(report, fd, &finding);
		cr_assert_not_null(descriptor, "%s: %s", part, line);
		cr_expect_not_null(evidence_find(finding, what, strcmp(proof, "proof") == 0),
				   "%s: %s", part, line);
		if (strcmp(proof, "proof") == 0)
			cr_expect(json_is_true(report_at(finding, "proven")), "%s: %s", part, line);
	}
}

static struct watched watched_part(const char *part)
{
	struct watched watched = WATCH("--kinds", "all", "--", FACTS, part);
	char *rest = watched.run.out, *line;

	if (run_status(&watched.run) == SKIPPED)
		return watched;
	cr_assert_eq(run_status(&watched.run), 23, "%s: %s", part, watched.run.err);
	while ((line = strsep(&rest, "\n")) != NULL && *line)
		line_check(watched.report, part, line);
	return watched;
}

Test(facts, every_fixture_is_told_of)
{
	struct run list = RUN(FACTS, "--list");
	char *rest = list.out, *part;
	unsigned int count = 0;

	while ((part = strsep(&rest, "\n")) != NULL && *part) {
		(void)watched_part(part);
		count++;
	}
	cr_expect_geq(count, 14);
}

/* The fixtures run alike without us. */
Test(facts, the_same_without_the_shim)
{
	struct run list = RUN(FACTS, "--list");
	char *rest = list.out, *part;

	while ((part = strsep(&rest, "\n")) != NULL && *part) {
		struct run run = RUN(FACTS, part);

		cr_expect(run_status(&run) == 0 || run_status(&run) == SKIPPED, "%s: %s", part,
			  run.err);
	}
}

Test(facts, the_thread_that_opened_it_is_named)
{
	struct watched watched = watched_part("thread");

	cr_expect_str_eq(report_text(watched.report, "findings/0/descriptors/0/thread/name"),
			 "worker-7");
	cr_expect(json_is_true(report_at(watched.report, "findings/0/descriptors/0/thread/ended")));
	cr_expect_null(strstr(watched.run.err, "has ended"), "no reason: %s", watched.run.err);
}

Test(facts, a_file_without_a_name_is_deleted)
{
	struct watched watched = watched_part("files");
	json_t *finding = report_finding(watched.report, "mkstemp", "file");

	cr_assert_not_null(finding);
	cr_expect(json_is_true(report_at(finding, "descriptors/0/deleted")));
	cr_expect_null(strstr(report_text(finding, "descriptors/0/path"), "deleted"));
	cr_expect_eq(report_number(finding, "descriptors/0/position"), 5);
	cr_expect_not_null(strstr(watched.run.err, "   deleted, O_RDWR, at byte 5"), "%s",
			   watched.run.err);
}

Test(facts, the_ends_of_a_pair_name_each_other)
{
	struct watched watched = watched_part("pairs");
	json_t *ends =
		report_at(report_finding(watched.report, "socketpair", "socket"), "descriptors");

	cr_assert_eq(json_array_size(ends), 2);
	cr_expect_eq(report_number(ends, "0/other_end/fd"), report_number(ends, "1/fd"));
	cr_expect_eq(report_number(ends, "1/other_end/fd"), report_number(ends, "0/fd"));
	cr_expect(json_is_true(report_at(ends, "0/other_end/open")));
}

Test(facts, a_refused_connection_is_named)
{
	struct watched watched = watched_part("refused");

	cr_expect_not_null(strstr(watched.run.err,
				  "connect() failed with ECONNREFUSED (Connection refused), at "
				  "leave_refused (tests/fixtures/facts.c:"),
			   "%s", watched.run.err);
}

/* Proof is looked for beyond the descriptors of which details are kept, and the rest is told. */
Test(facts, proof_of_the_last_of_many)
{
	struct watched watched =
		WATCH("--kinds", "all", "--gate", "proven", "--", FACTS, "many");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counted"), 20, "%s", watched.run.err);
	cr_expect_gt(report_number(watched.report, "processes/0/details_omitted"), 0);
	cr_expect_not_null(strstr(watched.run.err, "descriptors left open the details were not kept"),
			   "%s", watched.run.err);
}

/* Kinds that nobody asked for cost nothing: their fdinfo is not read. */
Test(facts, only_what_is_asked_for_is_read)
{
	const char *path = run_path("ledger");
	struct watched watched = WATCH("--keep-ledger", path, "--", FACTS, "kinds");
	struct run report = RUN(UNCLOSED_PROGRAM, "report", "-k", "all", "--json", "-", path);

	cr_assert_eq(run_status(&watched.run), 0);
	cr_expect_not_null(strstr(report.out, "\"eventfd\""), "%s", report.err);
	cr_expect_null(strstr(report.out, "\"about\""));
}

/* Two addresses of one line are one place, for openings and for closes. */
Test(facts, what_reads_the_same_is_one_place)
{
	struct watched watched = WATCH(FIXTURE("alike"));
	json_t *finding = report_at(watched.report, "findings/0"), *evidence;

	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 1);
	cr_expect_eq(report_number(finding, "count"), 2);
	evidence = evidence_find(finding, "siblings-closed", false);
	cr_assert_not_null(evidence);
	cr_expect_not_null(
		strstr(report_text(evidence, "text"), "2 of 4 from here were closed, at main ("),
		"%s", report_text(evidence, "text"));
}

/* What leaked at one address is a sibling of what was closed at another, or in another process. */
Test(facts, siblings_are_of_the_line_in_all_processes)
{
	static const char closes_first[] = FIXTURES "/alike one";
	static const char elsewhere[] =
		FIXTURES "/known mostly; " FIXTURES "/known mostly mostly mostly";
	struct watched watched = WATCH("--", "/bin/sh", "-c", closes_first);

	cr_expect(strstr(watched.run.err, "2 of 4 from here were closed:"), "%s", watched.run.err);
	watched = WATCH("--", "/bin/sh", "-c", elsewhere);
	cr_expect(strstr(watched.run.err, "3 of 4 from here were closed, at "), "%s",
		  watched.run.err);
	cr_expect(strstr(watched.run.err, "close() on the path of "), "%s", watched.run.err);
}
