/* SPDX-License-Identifier: MIT */
/* Options that leave things aside, applied to a report that was judged before. */
#include "known/refilter.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "known/known.h"
#include "model/filters.h"

/* What was left open: --ignore, --warm-up and --min-age are about nothing else. */
static bool is_open(const struct finding *finding)
{
	return finding->type == FINDING_LEAK && !(KINDS_MEMORY & KIND_BIT(finding->kind));
}

static const char *listed_why(struct report *report, const struct finding *finding,
			      const char *option)
{
	return report_printf(
		report,
		"%s must look at each descriptor, but finding %s lists only %zu of %" PRIu64,
		option, finding->id ? finding->id : "?", finding->descriptor_count, finding->count);
}

/* A descriptor that counts, or is noted, is suppressed from here on. False: it was known already.
 */
static bool descriptor_ignore(struct report *report, struct finding *finding,
			      struct report_descriptor *descriptor)
{
	uint64_t *sum = descriptor->is_noted ? &finding->noted : &finding->counted;

	if (descriptor->is_suppressed || *sum == 0)
		return false;
	if (!descriptor->is_noted)
		scope_forgive(report, descriptor);
	descriptor->is_suppressed = true;
	(*sum)--;
	return true;
}

/* A descriptor that counts is only noted from here on. */
static void descriptor_note(struct report *report, struct finding *finding,
			    struct report_descriptor *descriptor, const char *reason)
{
	if (descriptor->is_suppressed || descriptor->is_noted || finding->counted == 0)
		return;
	scope_forgive(report, descriptor);
	descriptor->is_noted = true;
	finding->counted--;
	finding->noted++;
	if (!finding->note_reason)
		finding->note_reason = reason;
}

static uint64_t descriptors_ignore(struct report *report, struct finding *finding,
				   const char *filter)
{
	uint64_t taken = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++) {
		struct report_descriptor *descriptor = &finding->descriptors[i];
		const struct filtered what = {
			.path = descriptor->path,
			.peer = descriptor->peer,
			.local = descriptor->local,
			.kind = kind_name(finding->kind),
			.call = finding->call,
			.symbol = finding->symbol,
			.fd = descriptor->fd,
		};

		if (filter_names(filter, &what))
			taken += descriptor_ignore(report, finding, descriptor);
	}
	return taken;
}

/* All of a finding, whether or not it is listed. */
static uint64_t finding_ignore(struct report *report, struct finding *finding, const char *filter)
{
	const struct filtered what = { .kind = kind_name(finding->kind),
				       .call = finding->call,
				       .symbol = finding->symbol };
	uint64_t all = finding->counted + finding->noted;

	if (!filter_names(filter, &what))
		return 0;
	(void)descriptors_ignore(report, finding, filter);
	finding->counted = finding->noted = 0;
	return all;
}

/* The entry of a filter among the rules of the report, which may have it already. */
static uint32_t filter_entry(struct report *report, const char *filter)
{
	size_t at = 0;

	while (at < report->suppression_count &&
	       (strcmp(report->suppressions[at].source, "--ignore") != 0 ||
		strcmp(report->suppressions[at].rule, filter) != 0))
		at++;
	if (at == report->suppression_count) {
		at = suppressions_extend(report, 1);
		report->suppressions[at] =
			(struct report_suppression){ .rule = report_strdup(report, filter),
						     .source = "--ignore" };
	}
	return (uint32_t)at;
}

static const char *filter_apply(struct report *report, const char *filter)
{
	uint32_t entry = filter_entry(report, filter);

	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];
		bool is_of_finding = filter_is_of_finding(filter);
		uint64_t taken;

		if (!is_open(finding) || finding->counted + finding->noted == 0)
			continue;
		if (!is_of_finding && !finding_lists_all(finding))
			return listed_why(report, finding, "--ignore");
		taken = is_of_finding ? finding_ignore(report, finding, filter)
				      : descriptors_ignore(report, finding, filter);
		if (taken == 0)
			continue;
		finding->suppressed += taken;
		report->suppressions[entry].matched += taken;
		finding_suppressed_by(report, finding, entry, taken);
		if (finding->noted == 0)
			finding->note_reason = NULL;
	}
	return NULL;
}

/* When the first image of a process began, of those listed. */
static uint64_t process_began(const struct report *report, uint32_t id)
{
	uint64_t began = 0;

	/* Earlier images have earlier places; going only back cannot go in circles. */
	for (size_t i = report->process_count; i-- > 0;)
		if (report->processes[i].id == id) {
			began = report->processes[i].start_ns;
			if (report->processes[i].exec_of < 0)
				break;
			id = (uint32_t)report->processes[i].exec_of;
		}
	return began;
}

static const char *ages_apply(struct report *report, const struct options *options)
{
	const char *option = options->warm_up_ns ? "--warm-up" : "--min-age";

	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];

		if (!is_open(finding) || finding->counted == 0)
			continue;
		if (!finding_lists_all(finding))
			return listed_why(report, finding, option);
		for (size_t d = 0; d < finding->descriptor_count; d++) {
			struct report_descriptor *descriptor = &finding->descriptors[d];
			uint64_t began = process_began(report, descriptor->process);
			uint64_t opened = descriptor->opened_ns;
			const char *reason =
				opened ? aside_by_age(report, options,
						      opened > began ? opened - began : 0,
						      descriptor->age_ns)
				       : NULL; /* what is not known is no excuse */

			if (reason)
				descriptor_note(report, finding, descriptor, reason);
		}
	}
	return NULL;
}

static bool is_ignored(const struct report *report, const struct finding *finding)
{
	for (size_t i = 0; i < finding->suppressed_by_count; i++)
		if (strcmp(report->suppressions[finding->suppressed_by[i].suppression].source,
			   "--ignore") == 0)
			return true;
	return false;
}

/*
 * What one process left at the place of a finding, as it was before rules and baseline,
 * but without what --ignore or age left aside.
 */
static uint64_t left_by(const struct report *report, const struct finding *finding,
			uint32_t process)
{
	bool has_ignored = is_ignored(report, finding);
	uint64_t left = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++)
		left += finding->descriptors[i].process == process &&
			!finding->descriptors[i].is_noted &&
			!(has_ignored && finding->descriptors[i].is_suppressed);
	return left;
}

static void few_note(struct report *report, struct finding *finding, uint32_t least)
{
	const char *reason = aside_as_few(report, least);

	for (size_t p = 0; p < finding->process_count; p++)
		if (left_by(report, finding, finding->processes[p]) < least)
			for (size_t i = 0; i < finding->descriptor_count; i++)
				if (finding->descriptors[i].process == finding->processes[p])
					descriptor_note(report, finding, &finding->descriptors[i],
							reason);
}

static const char *few_apply(struct report *report, uint32_t least)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];

		if (finding->counted == 0 ||
		    (finding->process_count == 1 && finding->counted >= least))
			continue;
		if (!finding_lists_all(finding))
			return listed_why(report, finding, "--min-count");
		few_note(report, finding, least);
	}
	return NULL;
}

int report_sift(struct report *report, const struct options *options, const char **ret_why)
{
	int result = report_sift_programs(report, options, ret_why);
	const char *why = NULL;

	for (uint32_t i = 0; result == 0 && !why && i < options->ignored_count; i++)
		why = filter_apply(report, options->ignored[i]);
	if (result == 0 && !why && (options->warm_up_ns || options->min_age_ns))
		why = ages_apply(report, options);
	if (result == 0 && !why && options->min_count > 1)
		why = few_apply(report, options->min_count);
	if (why) {
		*ret_why = why;
		result = -EINVAL;
	}
	return result;
}
