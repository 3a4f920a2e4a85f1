/* SPDX-License-Identifier: MIT */
/*
 * Which entries of a ledger are one process. An exec makes a new entry in the
 * same pid; the process is judged at its last image, by what happened to it.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "judge/live.h"
#include "judge/process/coverage.h"
#include "judge/process/process.h"
#include "model/filters.h"

static uint32_t state_of(const struct ledger_process *process)
{
	return atomic_load_explicit(&process->state, memory_order_relaxed);
}

static bool has_said_hello(const struct ledger_process *process)
{
	return state_of(process) >= PROCESS_RUNNING;
}

/* The image that this one followed by exec; NONE when it is a process's first. */
static uint32_t predecessor_of(const struct judge *judge, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;

	/* Entries are handed out in time's order: an honest one points back, so no cycles. */
	if (process->origin != ORIGIN_EXEC || process->exec_of >= index ||
	    !judge->images[process->exec_of].process)
		return NONE;
	return process->exec_of;
}

/* Is `index` a better successor of `before` than the one found so far? */
static bool is_better_successor(const struct judge *judge, uint32_t before, uint32_t index,
				uint32_t found)
{
	const struct ledger_process *old = judge->images[before].process;
	const struct ledger_process *new = judge->images[index].process;

	/* Announced, never answered, and the old image goes on: the exec failed or is under way. */
	if (!has_said_hello(new) && state_of(old) != PROCESS_REPLACED)
		return false;
	if (found == NONE)
		return true;
	if (atomic_load_explicit(&old->successor, memory_order_relaxed) == found + 1)
		return false;
	return has_said_hello(new) || !has_said_hello(judge->images[found].process);
}

static void images_read(struct judge *judge)
{
	/* An index is never used again, the room for its entry is: the file says nothing of how many. */
	judge->image_count = ledger_process_count(judge->ledger);
	judge->images =
		report_alloc(judge->report, (judge->image_count + 1) * sizeof(struct image));
	for (uint32_t i = 0; i < judge->image_count; i++) {
		struct ledger_process *process = ledger_process_at(judge->ledger, i);

		judge->images[i] = (struct image){ .life = NONE, .id = NONE };
		if (process && state_of(process) != PROCESS_UNUSED &&
		    state_of(process) < PROCESS_RETURNED)
			judge->images[i].process = process;
	}
}

/*
 * A process that is in the sums does not count by itself, whatever state its entries
 * were in when somebody died who was giving it back.
 */
static void image_drop(struct judge *judge, uint32_t index)
{
	uint32_t before;

	for (; index < judge->image_count && judge->images[index].process; index = before) {
		before = predecessor_of(judge, index);
		judge->images[index].process = NULL;
	}
}

static void returns_read(struct judge *judge)
{
	for (unsigned int i = 0; i < LEDGER_RETURNS; i++) {
		struct ledger_totals *sum = &judge->given_back, totals;
		uint32_t last = ledger_returns_read(judge->ledger, i, &totals);

		image_drop(judge, last);
		sum->processes += totals.processes;
		if (totals.end_ns > sum->end_ns)
			sum->end_ns = totals.end_ns;
		for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
			sum->kinds[kind].opened += totals.kinds[kind].opened;
			sum->kinds[kind].left += totals.kinds[kind].left;
			sum->kinds[kind].placed += totals.kinds[kind].placed;
			if (totals.kinds[kind].peak > sum->kinds[kind].peak)
				sum->kinds[kind].peak = totals.kinds[kind].peak;
		}
	}
}

static const char *signal_text(struct judge *judge, int signal)
{
	const char *name = sigabbrev_np(signal);

	return name ? report_printf(judge->report, "SIG%s", name)
		    : report_printf(judge->report, "signal %d", signal);
}

/* How a life ended, by the launcher's word, the parent's wait, or the end handler. */
static struct report_exit exit_of(const struct judge *judge, const struct life *life,
				  const struct ledger_process *last, uint32_t waited)
{
	uint32_t how = atomic_load_explicit(&last->end_how, memory_order_relaxed);
	int status = (int)(waited & 0xffff);

	if (life->is_program && judge->context->exit && judge->context->exit->is_known)
		return *judge->context->exit;
	if (waited & PROCESS_WAITED && (WIFEXITED(status) || WIFSIGNALED(status)))
		return (struct report_exit){ .is_known = true,
					     .is_signaled = WIFSIGNALED(status),
					     .status = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
					     .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0 };
	if (state_of(last) != PROCESS_ENDED || how == END_EXEC || how == END_UNKNOWN)
		return (struct report_exit){ .is_known = false };
	if (how == END_ABORT)
		return (struct report_exit){ .is_known = true,
					     .is_signaled = true,
					     .signal = SIGABRT };
	return (struct report_exit){
		.is_known = true,
		.status =
			(int)(atomic_load_explicit(&last->end_status, memory_order_relaxed) & 0xff)
	};
}

/* Asked once a program. */
static bool image_is_blind(struct judge *judge, const struct ledger_process *process)
{
	const struct ledger_image *image = image_record(judge, process, NULL);
	const char *exe = image ? snapshot_string(judge->snapshot, image->exe_ref) : NULL;
	struct coverage coverage;
	uint32_t *is_blind;
	bool is_new;

	if (!exe)
		return false;
	is_blind = lookup_put(&judge->blind, judge->report, image->exe_ref, 0, 0, &is_new);
	if (is_new)
		*is_blind = coverage_inspect(exe, &coverage) == 0 && coverage.kind == COVERAGE_GO;
	return *is_blind != 0;
}

bool life_only_lists(const struct judge *judge, const struct life *life)
{
	const struct ledger_process *last = judge->images[life->last].process;
	uint32_t hindrance = LEDGER_LOAD(last->hindrance);

	return hindrance == HINDRANCE_LISTS ||
	       (hindrance == HINDRANCE_OURS && !life->is_program && !has_said_hello(last));
}

static void life_end(struct judge *judge, struct life *life, uint32_t waited)
{
	const struct ledger_process *last = judge->images[life->last].process;
	const struct ledger_process *seen = last;
	uint32_t check = atomic_load_explicit(&last->check, memory_order_relaxed);
	uint32_t state = state_of(last);

	life->has_ended = state == PROCESS_ENDED;
	life->has_truth = life->has_ended && check != CHECK_NONE && check != CHECK_SECCOMP;
	/*
	 * A forked child whose first step was its death has opened nothing. Of a blind one the
	 * kernel's list at its end tells all that is open.
	 */
	life->is_covered = (has_said_hello(last) && state != PROCESS_REPLACED &&
			    (life->has_truth || !image_is_blind(judge, last))) ||
			   (state == PROCESS_EXPECTED && last->origin == ORIGIN_FORK &&
			    waited & PROCESS_WAITED) ||
			   life_only_lists(judge, life);
	/* That its parent waited later on does not say what it was still there for. */
	life->end_ns = state >= PROCESS_ENDED
			       ? atomic_load_explicit(&last->ended_ns, memory_order_relaxed)
			       : 0;
	life->exit = exit_of(judge, life, last, waited);
	/* An image that never answered may not know its pid: the one before has the same. */
	if (atomic_load_explicit(&last->pid, memory_order_relaxed) == 0 &&
	    predecessor_of(judge, life->last) != NONE)
		seen = judge->images[predecessor_of(judge, life->last)].process;
	life->is_running = !life->has_ended && !life->exit.is_known && judge->context->is_alive &&
			   judge->context->is_alive(seen, judge->context->data);
	life->is_seen = life->is_running && judge_seen_of(judge, life->last);
	if (life->is_seen) {
		life->end_ns = judge->now_ns;
		life->has_truth = true;
	}
	/*
	 * One that returned a status had not been stopped in the middle of anything, whatever
	 * way it left on: what its record has as open was open.
	 */
	life->is_killed = life->exit.is_signaled ||
			  (!life->has_ended && !life->is_running && !life->exit.is_known);
	if (!life->is_killed)
		return;
	if (life->exit.is_signaled)
		life->killed_reason = report_printf(judge->report, "the process was ended by %s%s",
						    signal_text(judge, life->exit.signal),
						    life->has_truth ? "" : "; state unknown");
	else
		life->killed_reason = "nobody saw how the process ended; state unknown";
}

/* Does a list of --only or --skip name the program of an image? */
static bool list_names(struct judge *judge, const char *const *list, uint32_t count, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;
	const struct ledger_image *image = image_record(judge, process, NULL);
	const char *path = snapshot_string(
		judge->snapshot,
		image && has_said_hello(process)
			? image->exe_ref
			: atomic_load_explicit(&process->target_ref, memory_order_relaxed));
	const char *name = image && has_said_hello(process)
				   ? snapshot_string(judge->snapshot, image->argv_ref)
				   : NULL;

	return program_is_listed(list, count, path, name);
}

/* Nobody else is asked for, or it is the one that is. */
static bool is_only(const struct judge *judge, const struct life *life)
{
	uint32_t only = judge->context->only_entry;

	return only == 0 || (only <= judge->image_count &&
			     judge->images[only - 1].life == (uint32_t)(life - judge->lives));
}

static bool life_is_wanted(struct judge *judge, const struct life *life)
{
	const struct options *options = judge->options;

	if (judge->context->live && !life->is_seen)
		return false;
	if (!is_only(judge, life))
		return false;
	/* Whoever started it wished it so. */
	if (LEDGER_LOAD(judge->images[life->last].process->hindrance) == HINDRANCE_OFF)
		return false;
	if (options->children == CHILDREN_NONE && !life->is_program)
		return false;
	if (options->only_count &&
	    !list_names(judge, options->only, options->only_count, life->last))
		return false;
	return !list_names(judge, options->skip, options->skip_count, life->last);
}

static void life_follow(struct judge *judge, const uint32_t *successors, uint32_t first)
{
	uint32_t number = judge->life_count++;
	struct life *life = &judge->lives[number];
	uint32_t waited = 0;

	*life = (struct life){ .first = first, .last = first, .is_program = first == 0 };
	for (uint32_t i = first; i != NONE; i = successors[i]) {
		uint32_t said = atomic_load_explicit(&judge->images[i].process->waited,
						     memory_order_relaxed);

		judge->images[i].life = number;
		life->last = i;
		if (said & PROCESS_WAITED)
			waited = said;
	}
	life_end(judge, life, waited);
	life->is_wanted = life_is_wanted(judge, life);
}

bool life_is_fork(const struct judge *judge, const struct life *life)
{
	return life->first == life->last &&
	       judge->images[life->first].process->origin == ORIGIN_FORK;
}

const struct judge_seen *judge_seen_of(const struct judge *judge, uint32_t index)
{
	const struct judge_live *live = judge->context->live;

	for (size_t low = 0, high = live ? live->seen_count : 0; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (live->seen[middle].index == index)
			return &live->seen[middle];
		if (live->seen[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void lives_read(struct judge *judge)
{
	uint32_t *successors;

	images_read(judge);
	returns_read(judge);
	successors = report_alloc(judge->report, (judge->image_count + 1) * sizeof(*successors));
	judge->lives = report_alloc(judge->report, (judge->image_count + 1) * sizeof(struct life));
	for (uint32_t i = 0; i < judge->image_count; i++)
		successors[i] = NONE;
	for (uint32_t i = 0; i < judge->image_count; i++) {
		uint32_t before = judge->images[i].process ? predecessor_of(judge, i) : NONE;

		if (before != NONE && is_better_successor(judge, before, i, successors[before]))
			successors[before] = i;
	}
	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;
		uint32_t before;

		if (!process)
			continue;
		before = predecessor_of(judge, i);
		if (before != NONE && successors[before] == i)
			continue;
		if (before != NONE && !has_said_hello(process))
			judge->images[i].process = NULL; /* an exec that failed */
		else
			life_follow(judge, successors, i);
	}
	for (uint32_t i = 0; i < judge->image_count; i++)
		if (judge->images[i].life == NONE)
			judge->images[i].process = NULL; /* hangs on one that was dropped */
}
