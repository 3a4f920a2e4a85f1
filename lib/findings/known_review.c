/* SPDX-License-Identifier: MIT */
/* What a report has to say of its rules. */
#include <inttypes.h>
#include <string.h>

#include "findings/known.h"

/* Rules that are named one by one before "and 776 more". */
#define NAMED_MAX 10

static void tell(struct report *report, enum diagnostic_level level, const char *code,
		 const char *text)
{
	report_diagnose(report, level, code, text, -1);
}

/* "ci/known.supp:9: 'leak:^start$'": as compilers name a line. */
static const char *rule_name(struct report *report, const struct report_suppression *rule)
{
	if (rule->line == 0)
		return report_printf(report, "%s: '%s'", rule->source, rule->rule);
	return report_printf(report, "%s:%u: '%s'", rule->source, rule->line, rule->rule);
}

static void flaws_tell(struct report *report)
{
	for (size_t i = 0; i < report->suppression_count; i++) {
		const struct report_suppression *rule = &report->suppressions[i];

		if (!rule->flaw)
			continue;
		tell(report, DIAGNOSTIC_WARNING, "suppression-broad",
		     report_printf(report, "%s is too broad: %s", rule_name(report, rule),
				   rule->flaw));
	}
}

static void expired_tell(struct report *report)
{
	for (size_t i = 0; i < report->suppression_count; i++) {
		const struct report_suppression *rule = &report->suppressions[i];

		if (!rule->is_expired || rule->matched == 0)
			continue;
		tell(report, DIAGNOSTIC_WARNING, "suppression-expired",
		     report_printf(report,
				   "%s expired on %s and suppresses no longer: %" PRIu64
				   " would have been",
				   rule_name(report, rule), rule->expires, rule->matched));
	}
}

static bool is_unused(const struct report_suppression *rule)
{
	return rule->matched == 0 && !rule->is_default && !rule->is_builtin;
}

/* Returns how many rules never matched. */
static size_t unused_tell(struct report *report, enum diagnostic_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < report->suppression_count; i++) {
		const struct report_suppression *rule = &report->suppressions[i];

		if (is_unused(rule) && count++ < NAMED_MAX)
			tell(report, level, "suppression-unused",
			     report_printf(report, "%s never matched%s", rule_name(report, rule),
					   rule->is_expired ? ", and has expired" : ""));
	}
	if (count > NAMED_MAX)
		tell(report, level, "suppression-unused",
		     report_printf(report, "%zu more suppressions never matched",
				   count - NAMED_MAX));
	return count;
}

bool known_review(struct report *report, const struct options *options)
{
	enum policy unused = options->unused_suppressions;
	bool is_failing = unused >= POLICY_PROVEN && report->is_complete &&
			  (options->gate != GATE_NONE || unused == POLICY_FAIL);

	flaws_tell(report);
	expired_tell(report);
	if (unused == POLICY_IGNORE)
		return false;
	return unused_tell(report, is_failing ? DIAGNOSTIC_ERROR : DIAGNOSTIC_NOTE) > 0 &&
	       is_failing;
}
