/* SPDX-License-Identifier: MIT */
/* The report as a whole: session, sums that add up, verdict and exit status. */
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/utsname.h>

#include "judge/find/find.h"
#include "judge/live.h"
#include "judge/stack/paths.h"

static void host_describe(struct report *report)
{
	struct utsname host;

	if (uname(&host) < 0)
		return;
	report->host_name = report_strdup(report, host.nodename);
	report->os = report_strdup(report, host.sysname);
	report->kernel = report_strdup(report, host.release);
	report->arch = report_strdup(report, host.machine);
	report->libc = report_printf(report, "glibc %s", gnu_get_libc_version());
}

static void tags_describe(struct report *report, const struct options *options)
{
	size_t count = 0;

	report->tags = report_alloc(report, (options->tag_count * 2 + 1) * sizeof(*report->tags));
	for (uint32_t i = 0; i < options->tag_count && i < OPTIONS_LIST_MAX; i++) {
		char *key = report_strdup(report, options->tags[i]);
		char *equals = strchr(key, '=');

		if (equals)
			*equals = '\0';
		report->tags[count++] = key;
		report->tags[count++] = equals ? equals + 1 : "";
	}
}

static void command_describe(struct judge *judge)
{
	struct report *report = judge->report;
	const char *const *given = judge->context->command;
	size_t count = 0;

	if (!given && report->process_count) {
		report->command = report->processes[0].argv;
		return;
	}
	while (given && given[count])
		count++;
	report->command = report_alloc(report, (count + 1) * sizeof(*report->command));
	for (size_t i = 0; i < count; i++)
		report->command[i] = report_strdup(report, given[i]);
}

void session_describe(struct judge *judge)
{
	struct report *report = judge->report;
	const struct ledger_header *header = judge->ledger->header;
	struct paths *paths;
	const char *cwd = judge->context->cwd;

	if (!cwd)
		cwd = snapshot_string(judge->snapshot, LEDGER_LOAD(header->cwd_ref));
	report->session_id =
		report_printf(report, "%016llx", (unsigned long long)header->session_id);
	report->started_wall_ns = (int64_t)header->started_wall_ns;
	report->cwd = cwd && *cwd ? report_strdup(report, cwd) : NULL;
	report->project = project_find(report, report->cwd);
	paths = report_alloc(report, sizeof(*paths));
	*paths = (struct paths){ .report = report,
				 .cwd = report->cwd,
				 .project = report->project,
				 .is_checkout =
					 report->project && project_is_checkout(report->project),
				 .given = judge->options->source_paths,
				 .given_count = judge->options->source_path_count };
	judge->paths = paths;
	report->kinds = judge->options->kinds;
	report->is_live = judge->context->live != NULL;
	report->lists_all = judge->context->lists_all;
	host_describe(report);
	tags_describe(report, judge->options);
}

/*
 * Closings that nobody made a call for (close-on-exec, a raw system call) are
 * known by what is left: opened = closed + left in every line of a report.
 */
static void count_balance(struct report_kind_count *count)
{
	if (count->left > count->opened)
		count->opened = count->left;
	count->closed = count->opened - count->left;
	if (count->peak < count->left)
		count->peak = count->left;
	if (count->peak > count->opened) /* of which kind some are is only known at the end */
		count->peak = count->opened;
}

/*
 * A process with another's table (CLONE_FILES) has opened in it: that counts where what is left
 * of it does, which is told of the table's owner.
 */
static void sharer_join(struct judge *judge, uint32_t index)
{
	const struct image *image = &judge->images[index], *owner;
	struct ledger_table *table =
		ledger_table_at(judge->ledger, LEDGER_LOAD(image->process->table_ref));
	struct report_process *from = &judge->report->processes[image->id], *to;

	if (!table || table->process == index || table->process >= judge->image_count)
		return;
	owner = &judge->images[table->process];
	if (!owner->process || owner->id == image->id)
		return;
	to = &judge->report->processes[owner->id];
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
		to->kinds[kind].opened += from->kinds[kind].opened;
		if (to->kinds[kind].peak < from->kinds[kind].peak)
			to->kinds[kind].peak = from->kinds[kind].peak;
		from->kinds[kind] = (struct report_kind_count){ .left = from->kinds[kind].left };
	}
}

/* Each entry has what it opened itself; of what was not covered nothing is known. */
static void process_balance(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->image_count; i++)
		if (judge->images[i].process)
			sharer_join(judge, i);
	for (uint32_t i = 0; i < judge->image_count; i++) {
		struct report_process *process;

		if (!judge->images[i].process)
			continue;
		process = &judge->report->processes[judge->images[i].id];
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
			if (judge->lives[judge->images[i].life].is_covered)
				count_balance(&process->kinds[kind]);
			else
				process->kinds[kind] = (struct report_kind_count){ 0 };
	}
}

/*
 * Of those that ended clean only sums are left. What they left open was of kinds that
 * nobody asked for then.
 */
static void given_back_add(struct judge *judge, unsigned int kind, struct report_kind_count *total)
{
	const struct ledger_total *sum = &judge->given_back.kinds[kind];
	uint64_t uncounted = sum->left - sum->placed;

	total->opened += sum->opened;
	total->closed += sum->opened - sum->left;
	total->left += sum->left;
	if (sum->peak > total->peak)
		total->peak = sum->peak;
	if (!(judge->options->kinds & KIND_BIT(kind))) {
		judge->report->left_uncounted[kind] += uncounted;
		return;
	}
	judge->report->left_standard += sum->placed;
	if (uncounted == 0)
		return;
	judge->report->records_lost += uncounted;
	diagnose(judge, DIAGNOSTIC_ERROR, "open-not-kept",
		 report_printf(judge->report,
			       "%llu %s left open by processes that have ended are not told of one "
			       "by one: the run did not ask for this kind (give --kinds to the run)",
			       (unsigned long long)uncounted,
			       uncounted == 1 ? kind_name(kind) : kind_plural(kind)),
		 -1);
}

/*
 * The most that were open at once in one process. Of one that executed another program
 * with some open that is not known where both opened some.
 */
#define PEAK_UNKNOWN LEDGER_PEAK_UNKNOWN

static uint64_t life_peak(const struct judge *judge, const struct life *life, unsigned int kind)
{
	const struct report_process *processes = judge->report->processes;
	uint64_t peak = 0;

	for (int64_t id = judge->images[life->last].id; id >= 0; id = processes[id].exec_of) {
		uint64_t own = processes[id].kinds[kind].peak;

		if (own > 0 && peak > 0)
			return PEAK_UNKNOWN;
		peak += own;
	}
	return peak;
}

static void kind_total(struct judge *judge, unsigned int kind)
{
	struct report *report = judge->report;
	struct report_kind_count *total = &report->kinds_total[kind];

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_kind_count *count = &report->processes[i].kinds[kind];

		if (report->processes[i].is_skipped)
			continue; /* nobody looked for what it left */
		total->opened += count->opened;
		total->closed += count->closed;
		total->left += count->left;
	}
	/* What ended long ago says nothing of what is open now. */
	if (kind < KIND_DESCRIPTORS && !judge->context->live &&
	    judge->options->children != CHILDREN_NONE && !judge->options->only_count)
		given_back_add(judge, kind, total);
	for (uint32_t i = 0; i < judge->life_count; i++) {
		const struct life *life = &judge->lives[i];
		uint64_t peak = life->is_wanted ? life_peak(judge, life, kind) : 0;

		if (peak > total->peak)
			total->peak = peak;
	}
	if (total->peak == PEAK_UNKNOWN)
		total->peak = 0;
}

/* Options that leave out everything: an all-clear for nothing is none. */
static void skipped_tell(struct judge *judge)
{
	struct report *report = judge->report;

	if (report->skipped_count == 0 || report->covered_count + report->uncovered_count > 0)
		return;
	diagnose(judge, DIAGNOSTIC_ERROR, "nothing-judged",
		 "no process was judged: --only, --skip and --children leave out every process "
		 "that ran",
		 -1);
}

/* Does what was lost leave a question open that this report is to answer? */
static bool is_missed(const struct judge *judge, unsigned int loss)
{
	return loss == LOSS_SLOTS || loss == LOSS_PROCESSES || loss == LOSS_EVENTS ||
	       (loss == LOSS_MEMORY && judge->report->kinds & KINDS_MEMORY);
}

static void losses_tell(struct judge *judge)
{
	static const char *const words[LOSS_COUNT] = {
		[LOSS_SLOTS] = "descriptors were not recorded",
		[LOSS_STACKS] = "descriptors were recorded without a backtrace",
		[LOSS_PROCESSES] = "processes were not recorded",
		[LOSS_STRINGS] = "paths and arguments were not recorded",
		[LOSS_FACTS] = "descriptors were recorded without their state in the kernel",
		[LOSS_EVENTS] = "events were not recorded",
		[LOSS_MEMORY] = "lists of addresses were not recorded",
	};

	for (unsigned int what = 0; what < LOSS_COUNT; what++) {
		uint64_t lost = LEDGER_LOAD(judge->ledger->header->lost[what]);
		bool is_severe = is_missed(judge, what);

		if (lost == 0)
			continue;
		diagnose(judge, is_severe ? DIAGNOSTIC_ERROR : DIAGNOSTIC_WARNING, "ledger-full",
			 report_printf(
				 judge->report,
				 "the ledger was full: %llu %s (give --ledger-dir a place with "
				 "more room)",
				 (unsigned long long)lost, words[what]),
			 -1);
		if (is_severe)
			judge->report->records_lost += lost;
	}
}

/* "50 sockets and 2 files": how many of which kinds, as far as they fit. */
static const char *kinds_text(struct report *report, const uint64_t counts[KIND_DESCRIPTORS])
{
	const char *text = NULL;

	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
		const char *part;

		if (counts[kind] == 0)
			continue;
		part = report_printf(report, "%llu %s", (unsigned long long)counts[kind],
				     counts[kind] == 1 ? kind_name(kind) : kind_plural(kind));
		text = text ? report_printf(report, "%s, %s", text, part) : part;
	}
	return text;
}

/* What the kernel had open at the end of a process where there was no room to write it down. */
static void open_losses_tell(struct judge *judge)
{
	uint64_t counts[KIND_DESCRIPTORS];
	const char *text;

	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++)
		counts[kind] = LEDGER_LOAD(judge->ledger->header->open_lost[kind]);
	text = kinds_text(judge->report, counts);
	if (text)
		diagnose(judge, DIAGNOSTIC_ERROR, "open-not-recorded",
			 report_printf(judge->report,
				       "open at the end of their process, by the kernel's list, and "
				       "not recorded: %s",
				       text),
			 -1);
}

/* What was left open of which the details are not there, as in a report of 5000 sockets. */
static void omissions_tell(struct judge *judge)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < judge->life_count; i++) {
		const struct life *life = &judge->lives[i];

		if (life->is_wanted && life->is_covered)
			count += judge->report->processes[judge->images[life->last].id]
					 .details_omitted;
	}
	if (count)
		diagnose(judge, DIAGNOSTIC_NOTE, "details-omitted",
			 report_printf(judge->report,
				       "of %llu descriptors left open the details were not kept: "
				       "they are kept of 100 a place and 5000 a process, and of "
				       "those whose other end is gone",
				       (unsigned long long)count),
			 -1);
}

static void damage_tell(struct judge *judge)
{
	if (judge->damage)
		diagnose(judge, DIAGNOSTIC_ERROR, "ledger-damaged",
			 report_printf(judge->report,
				       "the ledger is damaged: %s; a wild store of the program may "
				       "have hit it, so nothing in this report is sure",
				       judge->damage),
			 -1);
	if (judge->damaged_tables)
		diagnose(judge, DIAGNOSTIC_ERROR, "ledger-damaged",
			 report_printf(judge->report,
				       "the ledger is damaged: the descriptors of %llu processes "
				       "cannot be read",
				       (unsigned long long)judge->damaged_tables),
			 -1);
	if (judge->is_exhausted)
		diagnose(judge, DIAGNOSTIC_ERROR, "ledger-damaged",
			 "the ledger refers to itself in circles: this report is not complete", -1);
	judge->report->records_lost +=
		judge->damaged_tables + judge->is_exhausted + (judge->damage != NULL);
}

static void completeness_find(struct judge *judge)
{
	struct report *report = judge->report;

	for (uint32_t i = 0; i < judge->life_count; i++) {
		const struct life *life = &judge->lives[i];
		const struct report_process *last =
			&report->processes[judge->images[life->last].id];

		report->unchecked_count += life->is_wanted && life->is_covered &&
					   !life->is_running && !last->is_checked;
	}
	skipped_tell(judge);
	losses_tell(judge);
	open_losses_tell(judge);
	omissions_tell(judge);
	damage_tell(judge);
	report->is_complete = report->uncovered_count == 0 && report->running_count == 0 &&
			      report->unchecked_count == 0 && report->records_lost == 0;
}

void totals_count(struct judge *judge)
{
	struct report *report = judge->report;

	command_describe(judge);
	process_balance(judge);
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		kind_total(judge, kind);
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (process->start_ns + process->duration_ns > report->duration_ns)
			report->duration_ns = process->start_ns + process->duration_ns;
	}
	if (judge->given_back.end_ns > report->duration_ns)
		report->duration_ns = judge->given_back.end_ns;
	completeness_find(judge);
}
