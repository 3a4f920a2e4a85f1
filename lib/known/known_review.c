/* SPDX-License-Identifier: MIT */
/* What a report has to say of its rules. */
#include <inttypes.h>
#include <string.h>

#include "known/known.h"

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

/* Has the run shown all it has to show? */
static bool is_conclusive(const struct report *report)
{
	return report->is_complete && report->exit.is_known && !report->exit.is_signaled &&
	       report->exit.status == 0;
}

static bool is_failing(const struct report *report, const struct options *options,
		       enum policy policy)
{
	return policy >= POLICY_PROVEN && is_conclusive(report) &&
	       (options->gate != GATE_NONE || policy == POLICY_FAIL);
}

static bool unused_review(struct report *report, const struct options *options)
{
	bool fails = is_failing(report, options, options->unused_suppressions);

	if (options->unused_suppressions == POLICY_IGNORE)
		return false;
	return unused_tell(report, fails ? DIAGNOSTIC_ERROR : DIAGNOSTIC_NOTE) > 0 && fails;
}

/* The file name of the first module whose functions a stack cannot name; NULL: it names all. */
static const char *nameless_module(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		const char *slash = frame->module ? strrchr(frame->module, '/') : NULL;

		if (frame->module && !frame->function && !frame->is_runtime)
			return slash ? slash + 1 : frame->module;
	}
	return NULL;
}

/*
 * Places that only this very build has: in another one nothing says that they are the
 * same. Returns what they lack, for a sentence, and how many there are; NULL: none.
 */
static const char *nameless_find(struct report *report, bool is_new, size_t *ret_count)
{
	const char *module = NULL;
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		if (finding->is_stable ||
		    (is_new ? finding->baseline != BASELINE_NEW : finding->counted == 0))
			continue;
		count++;
		if (!module)
			module = nameless_module(&finding->stack);
	}
	if (count == 0)
		return NULL;
	*ret_count = count;
	return module ? report_printf(report,
				      "%s has no function names: build it with -g and do "
				      "not strip it, or install its debug symbols",
				      module)
		      : "no call that opened it was seen";
}

/* Where new places have no names, what is not found is not gone: it may be one of them. */
static bool is_unrecognised(const struct known *known, struct report *report)
{
	size_t count = 0;
	const char *why = known->is_updating ? NULL : nameless_find(report, true, &count);

	if (!why || report->baseline.gone_count == 0)
		return false;
	tell(report, DIAGNOSTIC_WARNING, "baseline-unrecognised",
	     report_printf(report,
			   "%s: %zu of %" PRIu64 " places not found, but new places here cannot be "
			   "matched with them: %s",
			   report->baseline.file, report->baseline.gone_count,
			   report->baseline.place_count, why));
	report->baseline.gone_count = 0;
	return true;
}

/* The list of what is gone is in the report; here is why it fails for that. */
static bool gone_review(const struct known *known, struct report *report,
			const struct options *options)
{
	if (options->stale_baseline == POLICY_IGNORE || !is_conclusive(report))
		return false;
	baseline_gone(known->is_updating ? &known->updated : &known->baseline, report);
	if (is_unrecognised(known, report) || report->baseline.gone_count == 0 ||
	    !is_failing(report, options, options->stale_baseline))
		return false;
	tell(report, DIAGNOSTIC_ERROR, "baseline-stale",
	     report_printf(report,
			   "%s is stale: %zu of %" PRIu64
			   " places are gone or have fewer; --update-baseline",
			   report->baseline.file, report->baseline.gone_count,
			   report->baseline.place_count));
	return true;
}

bool known_review(const struct known *known, struct report *report, const struct options *options)
{
	bool is_stale;

	flaws_tell(report);
	expired_tell(report);
	is_stale = unused_review(report, options);
	if (known && known->baseline.file)
		is_stale |= gone_review(known, report, options);
	return is_stale;
}

/* Why the baseline keeps what this run did not show; NULL: it does not. */
static const char *keeping_why(struct report *report)
{
	if (report->exit.is_known && report->exit.is_signaled)
		return "a signal ended the program";
	if (report->exit.is_known && report->exit.status != 0)
		return report_printf(report, "the program returned %d", report->exit.status);
	return is_conclusive(report) ? NULL : "the run is not complete";
}

/* What is accepted here and met again only in this very build. */
static void nameless_tell(const struct known *known, struct report *report)
{
	size_t count = 0;
	const char *why = nameless_find(report, false, &count);

	if (why)
		tell(report, DIAGNOSTIC_WARNING, "baseline-unrecognised",
		     report_printf(report,
				   "%s: %zu of its places will not be recognised in another build: "
				   "%s",
				   known->baseline.file, count, why));
}

static void baseline_update(struct known *known, struct report *report)
{
	const char *why = keeping_why(report);

	nameless_tell(known, report);
	baseline_init(&known->updated);
	known->updated.file = known->baseline.file;
	baseline_collect(&known->updated, report);
	if (!why)
		return;
	known->updated.is_partial = true;
	baseline_keep(&known->updated, &known->baseline);
	tell(report, DIAGNOSTIC_NOTE, "baseline-kept",
	     report_printf(report, "%s keeps its old places beside the new ones: %s",
			   known->baseline.file, why));
}

void known_accept(struct known *known, struct report *report, bool is_program_covered)
{
	if (!known || !known->baseline.file)
		return;
	if (known->is_updating && is_program_covered)
		baseline_update(known, report);
	if (known->updated.is_there) {
		baseline_apply(&known->updated, report);
		report->baseline.is_updated = true;
	} else {
		baseline_apply(&known->baseline, report);
	}
}
