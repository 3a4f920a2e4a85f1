/* SPDX-License-Identifier: MIT */
/* The report's list of processes: one entry an image, counted by lives. */
#include <errno.h>
#include <string.h>

#include "judge/live.h"
#include "judge/process/coverage.h"
#include "judge/process/process.h"

/* The image a process runs; an announced one has none of its own yet. */
static const struct ledger_image *image_of(struct judge *judge,
					   const struct ledger_process *process)
{
	if (LEDGER_LOAD(process->state) == PROCESS_EXPECTED && process->origin != ORIGIN_FORK)
		return NULL;
	return image_record(judge, process, NULL);
}

static void arguments_describe(struct judge *judge, struct report_process *entry, uint32_t argv_ref)
{
	const struct ledger_string *arguments = ledger_string_at(judge->ledger, argv_ref);
	const char *at, *end;
	char *copy;

	entry->argv = report_alloc(judge->report, sizeof(*entry->argv));
	if (!arguments || arguments->length == 0)
		return;
	copy = report_alloc(judge->report, arguments->length + 1);
	memcpy(copy, arguments->bytes, arguments->length);
	entry->argv = report_alloc(judge->report, (arguments->length + 2) * sizeof(*entry->argv));
	for (at = copy, end = copy + arguments->length; at < end; at += strlen(at) + 1)
		entry->argv[entry->argc++] = at;
}

static void end_describe(struct report_process *entry, const struct judge *judge, uint32_t index)
{
	static const char *const hows[] = { NULL, "exit", "_exit", "quick_exit", "abort", "exec" };
	const struct ledger_process *process = judge->images[index].process;
	const struct life *life = &judge->lives[judge->images[index].life];
	uint32_t how = LEDGER_LOAD(process->end_how);

	if (how < sizeof(hows) / sizeof(hows[0]) && LEDGER_LOAD(process->state) == PROCESS_ENDED)
		entry->end_how = hows[how];
	if (index != life->last) {
		entry->end = REPORT_END_EXEC;
		entry->end_how = "exec";
	} else if (life->is_running) {
		entry->end = REPORT_END_RUNNING;
	} else if (!life->exit.is_known) {
		entry->end = REPORT_END_UNKNOWN;
	} else if (life->exit.is_signaled) {
		entry->end = REPORT_END_SIGNALED;
		entry->signal = life->exit.signal;
	} else {
		entry->end = REPORT_END_EXITED;
		entry->status = life->exit.status;
	}
}

static const char *check_reason(const struct judge *judge, const struct ledger_process *process,
				const struct life *life)
{
	if (life_only_lists(judge, life))
		return NULL;
	if (life->is_seen)
		return NULL;
	if (life->is_running)
		return "it is still running";
	if (LEDGER_LOAD(process->not_followed))
		return "it split its descriptor table in a way that cannot be followed";
	if (!life->has_ended && life->exit.is_signaled)
		return "a signal ended it";
	if (!life->has_ended)
		return "it ended in a way that was not seen, without running its exit handlers";
	switch (LEDGER_LOAD(process->check)) {
	case CHECK_COUNTED:
	case CHECK_LISTED:
	case CHECK_SCANNED:
		return NULL;
	case CHECK_PARTIAL:
		return "descriptors that nobody recorded could not be looked for";
	case CHECK_SECCOMP:
		return "a seccomp filter was installed";
	case CHECK_DAMAGED:
		return "its records were overwritten";
	case CHECK_UNTOLD:
		return "there is no /proc to tell the kinds of some that are open";
	default:
		return "the check at its end was not made";
	}
}

/* Why a program that can be covered did not say hello. */
static const char *hello_missing(const struct judge *judge, const struct ledger_process *process,
				 const struct life *life, const char **ret_remedy)
{
	if (LEDGER_LOAD(process->has_filter)) {
		*ret_remedy = "test it without the filter";
		return "it was started behind a seccomp filter";
	}
	if (LEDGER_LOAD(process->hindrance) == HINDRANCE_ROOM) {
		*ret_remedy = "raise the limit by some MiB";
		return "its limit of memory (ulimit -v) leaves less than 8 MiB";
	}
	if (LEDGER_LOAD(process->hindrance) == HINDRANCE_ROOT) {
		*ret_remedy = "make libunclosed.so visible under the same path there";
		return "it was started in another root, where the shim's file is not";
	}
	if (process->uid != judge->images[0].process->uid && process->uid != 0) {
		*ret_remedy = "run unclosed as that user";
		return "it runs as another user, who may not open the ledger";
	}
	if (judge->context->is_nameless) {
		*ret_remedy = "keep what cleans the ledger's directory from it, or give "
			      "--ledger-dir another one";
		return "the ledger's file was removed while the session ran, so that no process "
		       "could join it";
	}
	if (LEDGER_LOAD(process->hindrance) == HINDRANCE_LEDGER) {
		*ret_remedy = "let it write there (bwrap: --bind /dev/shm /dev/shm), or give "
			      "--ledger-dir a directory where it may";
		return "its records cannot be written: the ledger's file is read-only or not there "
		       "where it runs";
	}
	/* What the loader ends a program with that it cannot load (man 8 ld.so), and says why. */
	if (life->exit.is_known && !life->exit.is_signaled && life->exit.status == 127) {
		*ret_remedy = "see what it printed; `ldd` shows which libraries are found";
		return "it ended with status 127 before the shim was loaded, as when a library is "
		       "missing";
	}
	*ret_remedy = "look whether something cleared LD_PRELOAD on the way to it, or limits its "
		      "memory (ulimit -v)";
	return "the shim was not loaded, or had no room";
}

/* Why it was kept out of the session; NULL: it was not. */
static const char *kept_out(const struct ledger_process *process, const char **ret_remedy)
{
	switch (LEDGER_LOAD(process->hindrance)) {
	case HINDRANCE_SESSION:
		*ret_remedy = "read the report of that one";
		return "it ran under an unclosed of its own";
	case HINDRANCE_VARIABLE:
		*ret_remedy = "leave UNCLOSED_LEDGER in its environment as it is";
		return "UNCLOSED_LEDGER in its environment was changed";
	case HINDRANCE_OURS:
		*ret_remedy = "give unclosed a program to run";
		return "it is unclosed itself, which is never watched";
	case HINDRANCE_OFF:
		*ret_remedy = "take UNCLOSED_OPTIONS=off out of its environment";
		return "it was started with UNCLOSED_OPTIONS=off";
	case HINDRANCE_LIBRARY:
		*ret_remedy = "install unclosed where that user can read it";
		return "it runs as another user, who may not read libunclosed.so";
	case HINDRANCE_USER:
		*ret_remedy = "give --ledger-dir a file system with access control lists, or run "
			      "unclosed as that user";
		return "it runs as another user, who may not open the ledger";
	default:
		return NULL;
	}
}

static void coverage_describe(struct judge *judge, struct report_process *entry, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;
	const struct life *life = &judge->lives[judge->images[index].life];
	uint32_t state = LEDGER_LOAD(process->state);

	entry->is_covered = index != life->last || life->is_covered;
	entry->check_reason = check_reason(judge, judge->images[life->last].process, life);
	entry->is_checked = !entry->check_reason;
	if (entry->is_covered)
		return;
	entry->is_checked = false;
	entry->check_reason = "it was not covered";
	if (state == PROCESS_REPLACED) {
		entry->reason = "it executed a program that could not be followed";
		entry->remedy = "look for an exec that is not made through the C library";
	} else if (process->origin == ORIGIN_FORK && state == PROCESS_EXPECTED) {
		entry->reason = "it was forked, but its first step was not seen";
		entry->remedy = "it may have been ended at once, or forked behind the C library";
	} else {
		const char *reason = NULL, *remedy = NULL;

		reason = kept_out(process, &remedy);
		if (!reason && (coverage_check(entry->exe, &reason, &remedy) || !reason))
			reason = hello_missing(judge, process, life, &remedy);
		entry->reason = report_strdup(judge->report, reason);
		entry->remedy = remedy ? report_strdup(judge->report, remedy) : NULL;
	}
}

static struct report_kind_count count_read(const struct ledger_kind_count *count)
{
	return (struct report_kind_count){ .opened = LEDGER_LOAD(count->opened),
					   .closed = LEDGER_LOAD(count->closed),
					   .peak = LEDGER_LOAD(count->peak) };
}

static void counts_describe(struct judge *judge, struct report_process *entry,
			    const struct ledger_process *process)
{
	const struct ledger_memory *memory = ledger_memory_at(judge->ledger, process);

	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++)
		entry->kinds[kind] = count_read(&process->kinds[kind]);
	for (unsigned int kind = KIND_DESCRIPTORS; memory && kind < KIND_COUNT; kind++)
		entry->kinds[kind] = count_read(&memory->kinds[kind - KIND_DESCRIPTORS]);
}

/* A time of the kernel's clock as one of the session; 0: not known. */
static uint64_t session_ns(const struct judge *judge, uint64_t monotonic_ns)
{
	uint64_t started_ns = judge->ledger->header->started_monotonic_ns;

	return monotonic_ns > started_ns ? monotonic_ns - started_ns : 0;
}

/*
 * When the image was over, by itself, by who waited for it, or now for one that runs;
 * 0: not known.
 */
static uint64_t image_end_ns(const struct judge *judge, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;
	const struct life *life = &judge->lives[judge->images[index].life];
	const struct judge_context *context = judge->context;

	if (index != life->last || life->has_ended)
		return LEDGER_LOAD(process->ended_ns);
	if (life->is_running)
		return session_ns(judge, context->now_monotonic_ns);
	if (life->is_program && context->exit_monotonic_ns)
		return session_ns(judge, context->exit_monotonic_ns);
	return LEDGER_LOAD(process->ended_ns);
}

uint64_t life_over_ns(const struct judge *judge, const struct life *life)
{
	return life->end_ns ? life->end_ns : image_end_ns(judge, life->last);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void seen_describe(struct judge *judge, struct report_process *entry, uint32_t index)
{
	const struct judge_seen *seen = judge_seen_of(judge, index);

	if (!seen)
		return;
	entry->is_seen = entry->is_listed = true;
	entry->pid = seen->pid;
	entry->open = seen->open;
	entry->in_flux = seen->in_flux;
	entry->limit = seen->limit;
	entry->started_ticks = seen->started_ticks;
}

static void process_describe(struct judge *judge, struct report_process *entry, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;
	const struct ledger_image *image = image_of(judge, process);
	uint64_t ended_ns = image_end_ns(judge, index);
	const char *exe = snapshot_string(
		judge->snapshot, image ? image->exe_ref : LEDGER_LOAD(process->target_ref));

	entry->exe = exe ? report_strdup(judge->report, exe) : "?";
	arguments_describe(judge, entry, image ? image->argv_ref : 0);
	entry->name = entry->argc && entry->argv[0][0] ? entry->argv[0] : last_part(entry->exe);
	entry->is_skipped = !judge->lives[judge->images[index].life].is_wanted;
	entry->pid = (int)LEDGER_LOAD(process->pid);
	entry->ppid = (int)process->ppid;
	entry->start_ns = process->started_ns;
	/* Who has not said hello has not said when it began. */
	if (ended_ns > process->started_ns && (process->started_ns || index == 0))
		entry->duration_ns = ended_ns - process->started_ns;
	entry->details_omitted = LEDGER_LOAD(process->facts_omitted);
	seen_describe(judge, entry, index);
	end_describe(entry, judge, index);
	coverage_describe(judge, entry, index);
	/* What is seen of a process that is not covered is a part, and no part adds up. */
	if (entry->is_covered)
		counts_describe(judge, entry, process);
}

void processes_describe(struct judge *judge)
{
	struct report *report = judge->report;

	for (uint32_t i = 0; i < judge->image_count; i++)
		if (judge->images[i].process)
			judge->images[i].id = (uint32_t)report->process_count++;
	report->processes =
		report_alloc(report, (report->process_count + 1) * sizeof(*report->processes));
	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;
		struct report_process *entry;

		if (!process)
			continue;
		entry = &report->processes[judge->images[i].id];
		entry->id = entry->parent = judge->images[i].id;
		entry->exec_of = -1;
		if (process->parent < i && judge->images[process->parent].process)
			entry->parent = judge->images[process->parent].id;
		if (judge->lives[judge->images[i].life].first != i)
			entry->exec_of = judge->images[process->exec_of].id;
		process_describe(judge, entry, i);
		/* The image after an exec may not have said its pid: it is the same one. */
		if (entry->pid == 0 && entry->exec_of >= 0)
			entry->pid = report->processes[entry->exec_of].pid;
	}
}

/* They were covered, and children. Of a ledger that was kept their names may be asked for. */
static void given_back_count(struct judge *judge)
{
	const struct options *options = judge->options;
	uint64_t count = judge->given_back.processes;

	if (judge->context->live)
		return;
	if (options->children == CHILDREN_NONE || options->only_count)
		judge->report->skipped_count += count;
	else
		judge->report->covered_count += count;
	if (count && options_ask_for_programs(options))
		diagnose(judge, DIAGNOSTIC_NOTE, "programs-not-known",
			 report_printf(
				 judge->report,
				 "%llu processes ended clean while nobody asked for programs: "
				 "their names were not kept (give --only or --skip to the run)",
				 (unsigned long long)count),
			 -1);
}

void processes_count(struct judge *judge)
{
	struct report *report = judge->report;

	for (uint32_t i = 0; i < judge->life_count; i++) {
		const struct life *life = &judge->lives[i];
		struct report_process *last = &report->processes[judge->images[life->last].id];

		if (life->is_program)
			last->is_listed =
				report->processes[judge->images[life->first].id].is_listed = true;
		if (!life->is_wanted) {
			report->skipped_count += !judge->context->live;
			continue;
		}
		report->covered_count += life->is_covered;
		report->uncovered_count += !life->is_covered;
		report->running_count += life->is_running;
		if ((!life->is_covered && judge->options->uncovered != POLICY_IGNORE) ||
		    life->is_running)
			last->is_listed = true;
	}
	for (size_t i = 0; i < report->finding_count; i++)
		for (size_t j = 0; j < report->findings[i].process_count; j++)
			report->processes[report->findings[i].processes[j]].is_listed = true;
	for (size_t i = 0; i < report->process_count; i++)
		report->listed_count += report->processes[i].is_listed;
	given_back_count(judge);
}
