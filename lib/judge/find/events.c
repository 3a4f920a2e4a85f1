/* SPDX-License-Identifier: MIT */
/*
 * Misuse that the shim noticed on the way: what each event comes to. The words
 * are in misuse.c.
 */
#include <string.h>

#include "judge/find/misuse.h"

/* One process while its events are looked through. */
struct events {
	struct judge *judge;
	const struct ledger_process *process;
	uint32_t id;
	struct lookup sweeps;  /* stack that closes all numbers, open or not */
	struct lookup streams; /* stack that closed what a stream owns → call */
	struct lookup stale; /* pairs of stacks: what a stream without its number closed → call */
	struct lookup proven;  /* pairs of stacks whose wrong close has cost its owner something */
	struct lookup
		*failed; /* of all: pairs of stacks → calls that got EBADF after such a close */
};

static uint64_t pair_key(uint32_t opened_ref, uint32_t closed_ref)
{
	return (uint64_t)opened_ref << 32 | closed_ref;
}

/* Does the place that closed it close others from its opener, which nobody misses? */
static bool is_usual_close(struct events *events, const struct ledger_event *event)
{
	const uint32_t *failed = lookup_get(
		events->failed, pair_key(event->opened_stack_ref, event->closed_stack_ref), 0);

	return closed_alike(events->judge, event) > (failed ? *failed : 0);
}

/*
 * Another descriptor had the number before: then the close may have been meant for
 * that one, and who got EBADF may be the number's only owner.
 */
static enum misuse failure_kind(struct events *events, const struct ledger_event *event)
{
	bool is_use = event->type == EVENT_USE;

	if (LEDGER_LOAD(event->flags) & EVENT_IS_FIRST ||
	    event->here_stack_ref == event->closed_stack_ref)
		return is_use ? MISUSE_USE : MISUSE_DOUBLE_CLOSE;
	if (is_usual_close(events, event))
		return is_use ? MISUSE_USE_LATE : MISUSE_DOUBLE_CLOSE;
	return is_use ? MISUSE_USE_UNSURE : MISUSE_DOUBLE_CLOSE_UNSURE;
}

/* Is it the number of all that joined the group before, each time that it happened? */
static bool is_one_number(const struct finding *finding, const struct ledger_event *event)
{
	if (finding->count > 1 && !finding->is_one_number)
		return false;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (finding->descriptors[i].fd != event->fd)
			return false;
	return (int32_t)LEDGER_LOAD(event->last_fd) == event->fd &&
	       finding->count + LEDGER_LOAD(event->count) > 1;
}

static void finding_make(struct events *events, enum misuse misuse,
			 const struct ledger_event *event)
{
	struct judge *judge = events->judge;
	enum descriptor_kind kind = event->kind < KIND_COUNT ? event->kind : KIND_OTHER;
	bool is_contested = LEDGER_LOAD(event->flags) & EVENT_IS_CONTESTED;
	bool is_proven = misuse_is_proof(misuse) && !is_contested;
	enum standing standing = standing_of(judge, judge->options->misuse, is_proven);
	uint32_t count = LEDGER_LOAD(event->count) ? LEDGER_LOAD(event->count) : 1;
	uint32_t place = place_of(judge, event->here_stack_ref);
	struct report_descriptor *descriptor;
	struct group *group;

	/*
	 * Shells close the ends of their pipes in more than one place (bash), or what
	 * stands for none (dash), and save numbers that may not be open; nobody who runs
	 * a script asks.
	 */
	if (standing == STANDING_IGNORED || place_is_harness(judge, place) ||
	    (misuse <= MISUSE_USE_LATE && judge->options->misuse == POLICY_NOTE &&
	     place_is_shell(judge, place)))
		return;
	if (!misuse_is_proof(misuse))
		standing = STANDING_NOTED;
	group = group_of(judge, misuse_type(misuse), kind, event->call, place);
	group->finding.is_one_number = is_one_number(&group->finding, event);
	misuse_word(judge, group, misuse, event);
	if (event->opened_call)
		group->finding.role = leak_role(&(struct leak){
			.kind = kind, .call = event->opened_call, .facts = event->opened_facts });
	group_count(judge, group, standing, count, events->id);
	group_scope(judge, group, scope_id(judge, event->scope_ref));
	if (is_proven)
		group->proven = group->finding.count;
	if (standing == STANDING_NOTED)
		group->finding.note_reason =
			judge->options->misuse == POLICY_NOTE
				? "misuse is a note; --misuse count makes it count"
			: is_proven ? gate_reason(judge)
				    : "nothing proves a mistake";
	descriptor = group_describe(judge, group);
	if (descriptor)
		*descriptor = (struct report_descriptor){ .process = events->id,
							  .fd = event->fd,
							  .tid = event->tid,
							  .scope = scope_id(judge, event->scope_ref),
							  .is_contested = is_contested,
							  .cloexec = -1,
							  .dup_of = -1 };
	group->finding.descriptors_omitted = group->finding.count - group->finding.descriptor_count;
}

/* A loop that closes numbers whether they are open or not. */
static bool is_sweep(struct events *events, const struct ledger_event *event)
{
	return lookup_get(&events->sweeps, event->here_stack_ref, 0) != NULL;
}

static bool is_released_at(struct events *events, int fd, uint32_t stack_ref)
{
	struct ledger_table *table =
		ledger_table_at(events->judge->ledger, LEDGER_LOAD(events->process->table_ref));
	struct ledger_slot *slot =
		table ? ledger_slot_at(events->judge->ledger, table, fd, false) : NULL;

	return slot && LEDGER_LOAD(slot->closed_stack_ref) == stack_ref;
}

/*
 * A forked child that ends up as another program arranges its descriptors with
 * dup2(), and every redirection of a shell is one.
 */
static bool is_before_exec(const struct events *events)
{
	uint32_t state = LEDGER_LOAD(events->process->state);

	return events->process->origin == ORIGIN_FORK || state == PROCESS_REPLACED;
}

/* One more stack for a finding of a stream, which is one mistake. */
static void late_add(struct events *events, enum misuse misuse, uint32_t call, uint32_t stack_ref,
		     const struct ledger_event *event)
{
	struct judge *judge = events->judge;

	if (judge->options->misuse == POLICY_IGNORE)
		return;
	misuse_word_late(judge,
			 group_of(judge, misuse_type(misuse), event->kind % KIND_COUNT, call,
				  place_of(judge, stack_ref)),
			 event);
}

/*
 * What came of a close() under a FILE or DIR, and is told there: the stream was given up
 * too late, be it after another descriptor had the number and was closed; or it
 * closed that descriptor, whose owner got EBADF. False: it is something else.
 */
static bool stream_late_judge(struct events *events, const struct ledger_event *event)
{
	uint32_t flags = LEDGER_LOAD(event->flags);
	const uint32_t *stale = lookup_get(
		&events->stale, pair_key(event->opened_stack_ref, event->closed_stack_ref), 0);
	const uint32_t *under = lookup_get(&events->streams, event->closed_stack_ref, 0);
	const uint32_t *earlier = lookup_get(&events->streams, event->earlier_stack_ref, 0);

	if (stale) {
		late_add(events, MISUSE_STALE_STREAM, *stale, event->closed_stack_ref, event);
		return true;
	}
	if (!(flags & EVENT_BY_STREAM))
		return false;
	if (under && flags & EVENT_IS_STREAM)
		late_add(events, MISUSE_STREAM, *under, event->closed_stack_ref, event);
	else if (earlier)
		late_add(events, MISUSE_STREAM, *earlier, event->earlier_stack_ref, event);
	else
		return false;
	return true;
}

static void release_judge(struct events *events, const struct ledger_event *event)
{
	bool is_new;

	if (is_sweep(events, event) || stream_late_judge(events, event))
		return;
	if (!closed_by_wrong(events->judge, event)) {
		finding_make(events, failure_kind(events, event), event);
		return;
	}
	(void)lookup_put(&events->proven, events->judge->report,
			 pair_key(event->opened_stack_ref, event->closed_stack_ref), 0, 0, &is_new);
	finding_make(events, MISUSE_WRONG_CLOSE, event);
}

static void bad_use_judge(struct events *events, const struct ledger_event *event)
{
	if (event->fd < 0)
		finding_make(events, MISUSE_NEGATIVE_USE, event);
	else if (!is_sweep(events, event) && !(LEDGER_LOAD(event->flags) & EVENT_IS_QUESTION))
		finding_make(events, MISUSE_BAD_USE, event);
}

static void event_judge(struct events *events, const struct ledger_event *event)
{
	switch (event->type) {
	case EVENT_USE:
	case EVENT_DOUBLE_CLOSE:
		release_judge(events, event);
		break;
	case EVENT_BAD_CLOSE:
		if (event->fd < 0)
			finding_make(events, MISUSE_NEGATIVE_CLOSE, event);
		else if (!is_sweep(events, event))
			finding_make(events, MISUSE_BAD_CLOSE, event);
		break;
	case EVENT_BAD_USE:
		bad_use_judge(events, event);
		break;
	case EVENT_EMPTY_RANGE:
		finding_make(events, MISUSE_EMPTY_RANGE, event);
		break;
	case EVENT_STALE_STREAM:
		finding_make(events, MISUSE_STALE_STREAM, event);
		break;
	case EVENT_STREAM_CLOSE:
		finding_make(events, MISUSE_STREAM, event);
		break;
	case EVENT_STANDARD_TAKEN:
		finding_make(events, MISUSE_STANDARD, event);
		break;
	case EVENT_EXPECTED_NONE:
		expectation_judge(events->judge, event, events->process, events->id);
		break;
	case EVENT_LOST:
		gc_lost(events->judge, event, events->id);
		break;
	case EVENT_OVERWRITE:
		if (!is_before_exec(events))
			finding_make(events, MISUSE_OVERWRITE, event);
		break;
	default:
		break;
	}
}

/* Closes in another thread that may be wrong, after those that are. */
static void suspicion_judge(struct events *events, const struct ledger_event *event)
{
	if (event->type != EVENT_WRONG_CLOSE || is_sweep(events, event) ||
	    lookup_get(&events->proven, pair_key(event->opened_stack_ref, event->here_stack_ref),
		       0) ||
	    !closed_oddly(events->judge, event))
		return;
	finding_make(events, MISUSE_ODD_CLOSE, event);
}

/* What must be known of all events before one is judged. */
static void event_note(struct events *events, const struct ledger_event *event)
{
	bool is_new;

	if (event->type == EVENT_STREAM_CLOSE)
		(void)lookup_put(&events->streams, events->judge->report, event->here_stack_ref, 0,
				 event->call, &is_new);
	if (event->type == EVENT_STALE_STREAM)
		(void)lookup_put(&events->stale, events->judge->report,
				 pair_key(event->opened_stack_ref, event->here_stack_ref), 0,
				 event->call, &is_new);
	if (event->fd < 0)
		return;
	if (LEDGER_LOAD(event->flags) & EVENT_IS_SWEEP ||
	    (event->type == EVENT_BAD_CLOSE &&
	     (is_released_at(events, event->fd - 1, event->here_stack_ref) ||
	      is_released_at(events, event->fd + 1, event->here_stack_ref))))
		(void)lookup_put(&events->sweeps, events->judge->report, event->here_stack_ref, 0,
				 0, &is_new);
}

static void events_each(struct events *events,
			void (*each)(struct events *events, const struct ledger_event *event))
{
	struct judge *judge = events->judge;
	uint32_t ref = LEDGER_LOAD(events->process->events_ref);
	const struct ledger_event *event;

	while ((event = ledger_at(judge->ledger, ref, sizeof(*event))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		each(events, event);
		ref = event->next_ref;
	}
}

/* The same descriptor's close may be missed in more than one process: pairs are of the image. */
static void failure_count(struct events *events, const struct ledger_event *event)
{
	bool is_new;

	if (event->type == EVENT_USE || event->type == EVENT_DOUBLE_CLOSE)
		*lookup_put(events->failed, events->judge->report,
			    pair_key(event->opened_stack_ref, event->closed_stack_ref), 0, 0,
			    &is_new) += LEDGER_LOAD(event->count);
}

/* Of what is judged at all. */
static bool events_of(struct judge *judge, uint32_t image, struct events *ret_events)
{
	*ret_events = (struct events){ .judge = judge,
				       .process = judge->images[image].process,
				       .id = judge->images[image].id,
				       .failed = ret_events->failed };
	return ret_events->process && judge->lives[judge->images[image].life].is_wanted &&
	       LEDGER_LOAD(ret_events->process->events_ref);
}

void events_find(struct judge *judge)
{
	struct lookup failed = { 0 };
	struct events events = { .failed = &failed };

	for (uint32_t i = 0; i < judge->image_count; i++)
		if (events_of(judge, i, &events))
			events_each(&events, failure_count);
	for (uint32_t i = 0; i < judge->image_count; i++) {
		if (!events_of(judge, i, &events))
			continue;
		events_each(&events, event_note);
		events_each(&events, event_judge);
		events_each(&events, suspicion_judge);
	}
}
