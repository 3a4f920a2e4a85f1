/* SPDX-License-Identifier: MIT */
/*
 * Expected reports in tests/golden. After a change that is meant:
 *     UPDATE_GOLDEN=1 build/bin/test_report && git diff tests/golden
 */
#ifndef UNCLOSED_TESTS_REPORT_GOLDEN_H
#define UNCLOSED_TESTS_REPORT_GOLDEN_H

#include "report/report.h"

/* What a writer makes of a report; malloc'ed, ended by '\0'. */
char *golden_render(const struct report_writer *writer, const struct report *report,
		    const struct report_style *style);

/* Compare with the file `name` in tests/golden, or write it when UPDATE_GOLDEN is set. */
void golden_expect(const char *name, const char *text);

#endif
