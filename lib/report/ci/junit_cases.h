/* SPDX-License-Identifier: MIT */
/*
 * The test cases of a JUnit report, and which findings belong to which of them.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_CI_JUNIT_CASES_H
#define UNCLOSED_REPORT_CI_JUNIT_CASES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "report/report.h"

struct test_case {
	char *name;                           /* the words of the command, or of the scope */
	const char *classname;                /* the program */
	const struct report_process *skipped; /* one of which not all is known, or NULL */
	uint64_t duration_ns;                 /* of all of them */
	size_t *findings;                     /* places of those that one of them has */
	size_t finding_count;
	uint64_t failures;
};

struct suite { /* the first three are given */
	const struct report *report;
	const struct report_style *style;
	FILE *out;
	struct test_case *cases;
	size_t case_count;
	size_t *case_of;         /* for each process by its place; SIZE_MAX: none */
	size_t *case_of_scope;   /* for each scope by its place */
	const char *run_failure; /* why the run fails, if not for a finding */
	uint64_t failures, skipped;
};

/* Make the cases: commands and scopes, and blame them. To be freed by suite_free(). */
void suite_make(struct suite *suite);
void suite_free(struct suite *suite);

#endif
