/* SPDX-License-Identifier: MIT */
/* Programs that are not to be judged, taken out of a report that was. */
#include <errno.h>
#include <string.h>

#include "known/refilter.h"
#include "model/filters.h"

struct programs {
	struct report *report;
	bool *is_wanted; /* for each process by its place */
	const char *why;
};

static bool is_wanted(const struct report *report, const struct options *options,
		      const struct report_process *process)
{
	const struct report_process *last = report_process_last(report, process);

	if (options->children == CHILDREN_NONE &&
	    last != report_process_last(report, report->processes))
		return false;
	if (options->only_count &&
	    !program_is_listed(options->only, options->only_count, last->exe, last->name))
		return false;
	return !program_is_listed(options->skip, options->skip_count, last->exe, last->name);
}

/* Is a process, by its id, one to be judged? Those not listed are not known to be others. */
static bool id_is_wanted(const struct programs *programs, uint32_t id)
{
	const struct report_process *process = report_process_find(programs->report, id);

	return !process || programs->is_wanted[process - programs->report->processes];
}

static void number_lower(uint64_t *number, uint64_t by)
{
	*number -= *number < by ? *number : by;
}

static void count_lower(size_t *count, bool is_lower)
{
	*count -= is_lower && *count > 0;
}

static void process_skip(struct report *report, struct report_process *process)
{
	if (process->is_skipped)
		return;
	process->is_skipped = true;
	process->is_listed = report_process_last(report, process) ==
			     report_process_last(report, report->processes);
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		struct report_kind_count *total = &report->kinds_total[kind];

		number_lower(&total->opened, process->kinds[kind].opened);
		number_lower(&total->closed, process->kinds[kind].closed);
		number_lower(&total->left, process->kinds[kind].left);
		/* It may have been the one with the most. */
		if (process->kinds[kind].peak >= total->peak)
			total->peak = 0;
	}
	if (report_process_last(report, process) != process)
		return; /* its last image stands for it */
	report->skipped_count++;
	count_lower(&report->covered_count, process->is_covered);
	count_lower(&report->uncovered_count, !process->is_covered);
	count_lower(&report->running_count, process->end == REPORT_END_RUNNING);
	count_lower(&report->unchecked_count, process->is_covered && !process->is_checked &&
						      process->end != REPORT_END_RUNNING);
}

/* One descriptor of a finding was never judged. */
static void descriptor_drop(struct report *report, struct finding *finding,
			    const struct report_descriptor *descriptor)
{
	finding->count--;
	if (descriptor->is_suppressed) {
		struct finding_suppression *by = finding->suppressed_by;

		finding->suppressed--;
		by->count--;
		number_lower(&report->suppressions[by->suppression].matched, 1);
	} else if (descriptor->is_noted) {
		finding->noted--;
	} else {
		/* The baseline goes on allowing as many: what is beyond goes first. */
		*(finding->counted ? &finding->counted : &finding->baselined) -= 1;
		scope_forgive(report, descriptor);
	}
}

/* Can be told of each descriptor what it was taken for, and does all that add up? */
static bool is_divisible(const struct finding *finding)
{
	uint64_t suppressed = 0, noted = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++) {
		suppressed += finding->descriptors[i].is_suppressed;
		noted += !finding->descriptors[i].is_suppressed && finding->descriptors[i].is_noted;
	}
	return finding_lists_all(finding) && finding->share_count == 0 &&
	       suppressed == finding->suppressed && noted == finding->noted &&
	       finding->count - suppressed - noted == finding->counted + finding->baselined &&
	       (suppressed == 0 ||
		(finding->suppressed_by_count == 1 && finding->suppressed_by->count == suppressed));
}

static void finding_divide(const struct programs *programs, struct finding *finding)
{
	size_t kept = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++) {
		const struct report_descriptor *descriptor = &finding->descriptors[i];

		if (id_is_wanted(programs, descriptor->process))
			finding->descriptors[kept++] = *descriptor;
		else
			descriptor_drop(programs->report, finding, descriptor);
	}
	finding->descriptor_count = kept;
}

static void finding_drop(struct report *report, struct finding *finding)
{
	for (size_t i = 0; i < finding->suppressed_by_count; i++)
		number_lower(&report->suppressions[finding->suppressed_by[i].suppression].matched,
			     finding->suppressed_by[i].count);
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (!finding->descriptors[i].is_suppressed && !finding->descriptors[i].is_noted)
			scope_forgive(report, &finding->descriptors[i]);
	finding->count = 0;
}

/* Leave in a finding what is of programs that are wanted. False: that cannot be told. */
static bool finding_sift(struct programs *programs, struct finding *finding)
{
	struct report *report = programs->report;
	size_t kept = 0, all = finding->process_count;

	for (size_t i = 0; i < all; i++)
		if (id_is_wanted(programs, finding->processes[i]))
			finding->processes[kept++] = finding->processes[i];
	finding->process_count = kept;
	if (kept == all)
		return true;
	if (kept == 0) {
		finding_drop(report, finding);
		return true;
	}
	if (!is_divisible(finding)) {
		programs->why = report_printf(
			report,
			"finding %s belongs to several programs, and the report does not have all "
			"details of each",
			finding->id ? finding->id : "?");
		return false;
	}
	finding_divide(programs, finding);
	return true;
}

static bool findings_sift(struct programs *programs)
{
	struct report *report = programs->report;
	size_t kept = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (!finding_sift(programs, &report->findings[i]))
			return false;
		if (report->findings[i].count > 0)
			report->findings[kept++] = report->findings[i];
	}
	report->finding_count = kept;
	return true;
}

int report_sift_programs(struct report *report, const struct options *options, const char **ret_why)
{
	struct programs programs = {
		.report = report,
		.is_wanted = report_alloc(report, report->process_count + 1),
	};
	size_t wanted = 0;

	if (!options->only_count && !options->skip_count && options->children == CHILDREN_ALL)
		return 0;
	for (size_t i = 0; i < report->process_count; i++)
		wanted += programs.is_wanted[i] = is_wanted(report, options, &report->processes[i]);
	if (report->shard_count > 0 && options->children == CHILDREN_NONE)
		programs.why = "it is about no single program";
	else if (wanted == 0)
		programs.why = "all processes that it lists would be left out";
	else if (findings_sift(&programs))
		for (size_t i = 0; i < report->process_count; i++)
			if (!programs.is_wanted[i])
				process_skip(report, &report->processes[i]);
	if (!programs.why)
		return 0;
	*ret_why = programs.why;
	return -EINVAL;
}
