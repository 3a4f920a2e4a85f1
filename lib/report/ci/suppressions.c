/* SPDX-License-Identifier: MIT */
/* Rules that would suppress what was found, for people to pick from. */
#include "known/suppressions.h"
#include "report/report.h"

static int rules_write(FILE *out, const struct report *report, const struct report_style *style)
{
	(void)style; /* a file of rules has one form */
	return suppressions_print(out, report);
}

const struct report_writer report_suppressions = { .name = "suppressions", .write = rules_write };
