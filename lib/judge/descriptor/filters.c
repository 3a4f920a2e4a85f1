/* SPDX-License-Identifier: MIT */
/*
 * What the options leave aside, though it was left open: by what it is
 * (--ignore), by when it was opened (--warm-up, --min-age), by how few there
 * are (--min-count). Nothing of it is silent: --ignore is told like a
 * suppression, the others are shown and not counted.
 */
#include <string.h>

#include "judge/descriptor/descriptor.h"
#include "model/filters.h"

/* 0: not known. */
static uint64_t opened_at(const struct leak *leak)
{
	const struct ledger_slot *slot = leak->view->slot;

	return slot && leak->call && !kept_opener(leak->call)
		       ? atomic_load_explicit(&slot->opened_ns, memory_order_relaxed)
		       : 0;
}

const char *noise_reason(struct judge *judge, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	uint64_t opened_ns = opened_at(leak), started_ns;

	if (opened_ns == 0)
		return NULL; /* what is not known is no excuse */
	started_ns = judge->images[life->first].process->started_ns;
	return aside_by_age(judge->report, judge->options,
			    opened_ns > started_ns ? opened_ns - started_ns : 0,
			    life->end_ns > opened_ns ? life->end_ns - opened_ns : 0);
}

/* The process that joined last left fewer here than count. */
static void few_forgive(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;

	if (group->run_counted == 0 || group->run_counted >= judge->options->min_count)
		return;
	finding->counted -= group->run_counted;
	finding->noted += group->run_counted;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (finding->descriptors[i].process == group->run_process &&
		    !finding->descriptors[i].is_suppressed)
			finding->descriptors[i].is_noted = true;
	if (!finding->note_reason)
		finding->note_reason = aside_as_few(judge->report, judge->options->min_count);
}

void noise_count(struct judge *judge, struct group *group, uint32_t process, uint64_t counted)
{
	if (judge->options->min_count <= 1)
		return;
	if (group->run_process != process) {
		few_forgive(judge, group);
		group->run_counted = 0;
	}
	group->run_process = process;
	group->run_counted += counted;
}

void noise_finish(struct judge *judge)
{
	for (uint32_t i = 0; judge->options->min_count > 1 && i < judge->group_count; i++)
		few_forgive(judge, &judge->groups[i]);
}

/* One entry a filter, before those of files; told whether or not it matched. */
void filters_open(struct judge *judge)
{
	struct report *report = judge->report;
	const struct options *options = judge->options;

	if (options->ignored_count == 0)
		return;
	report->suppressions =
		report_alloc(report, options->ignored_count * sizeof(*report->suppressions));
	report->suppression_count = options->ignored_count;
	for (uint32_t i = 0; i < options->ignored_count; i++)
		report->suppressions[i] = (struct report_suppression){
			.rule = report_strdup(report, options->ignored[i]), .source = "--ignore"
		};
}

uint32_t filter_find(struct judge *judge, const struct leak *leak)
{
	const struct options *options = judge->options;
	struct report_descriptor descriptor;
	struct filtered what;

	if (options->ignored_count == 0)
		return NONE;
	leak_describe(judge, leak, &descriptor);
	what = (struct filtered){
		.path = descriptor.path,
		.peer = descriptor.peer,
		.local = descriptor.local,
		.kind = kind_name(leak->kind),
		.call = kept_opener(leak->call) ? kept_opener(leak->call)
						: call_spelled_of(judge, leak->call),
		.symbol = snapshot_call_name(judge->snapshot, leak->call),
		.fd = leak->fd,
	};
	for (uint32_t i = 0; i < options->ignored_count; i++)
		if (filter_names(options->ignored[i], &what))
			return i;
	return NONE;
}

void filter_note(struct judge *judge, struct finding *finding, uint32_t filter)
{
	judge->report->suppressions[filter].matched++;
	finding->suppressed++;
	for (size_t i = 0; i < finding->suppressed_by_count; i++) {
		if (finding->suppressed_by[i].suppression != filter)
			continue;
		finding->suppressed_by[i].count++;
		return;
	}
	finding->suppressed_by =
		array_grow(judge->report, finding->suppressed_by, finding->suppressed_by_count,
			   sizeof(*finding->suppressed_by));
	finding->suppressed_by[finding->suppressed_by_count++] =
		(struct finding_suppression){ .suppression = filter, .count = 1 };
}
