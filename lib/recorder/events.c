/* SPDX-License-Identifier: MIT */
/* The list of events of a process: what is new is added, what is like another counts it up. */
#include "recorder/events.h"

/* Records of one process; what is beyond them is counted as lost. */
#define EVENTS_MAX 1024

/* Of them, what may turn out to be nothing: closes in another thread. */
#define SUSPICIONS_MAX 256

/* Records of one type and place with other stacks behind it; the last stands for all further. */
#define VARIANTS_MAX 8

/* Tables above one another: a child of a child of a child … */
#define GENERATIONS_MAX 64

/* What the list of events has that is like a new one. */
struct likeness {
	struct ledger_event *same; /* to be counted up; NULL none */
	unsigned int total;
	bool is_step; /* the place had trouble with the number before or behind, too */
};

static bool is_neighbour(int one, int other)
{
	return one - other == 1 || other - one == 1;
}

static bool is_same(const struct ledger_event *one, const struct ledger_event *other)
{
	if (one->type == EVENT_EMFILE)
		return one->call == other->call && one->here_stack_ref == other->here_stack_ref &&
		       LEDGER_LOAD(one->flags) == LEDGER_LOAD(other->flags);
	if (one->type == EVENT_PLACED)
		return one->fd == other->fd;
	return one->scope_ref == other->scope_ref &&
	       one->here_stack_ref == other->here_stack_ref &&
	       one->closed_stack_ref == other->closed_stack_ref &&
	       one->opened_stack_ref == other->opened_stack_ref;
}

static struct likeness likeness_find(const struct recorder *recorder,
				     const struct ledger_event *wanted, uint32_t ref)
{
	struct likeness likeness = { 0 };
	unsigned int variants = 0;

	while (likeness.total <= EVENTS_MAX) {
		struct ledger_event *event = ledger_at(recorder->ledger, ref, sizeof(*event));

		if (!event)
			break;
		likeness.total++;
		likeness.is_step |= event->here_stack_ref == wanted->here_stack_ref &&
				    is_neighbour((int)LEDGER_LOAD(event->last_fd), wanted->fd);
		if (event->type == wanted->type && is_same(event, wanted))
			likeness.same = event;
		else if (event->type == wanted->type && wanted->here_stack_ref &&
			 event->here_stack_ref == wanted->here_stack_ref &&
			 ++variants >= VARIANTS_MAX && !likeness.same)
			likeness.same = event;
		ref = event->next_ref;
	}
	return likeness;
}

static uint32_t events_first(const struct recorder *recorder)
{
	return atomic_load_explicit(&recorder->process->events_ref, memory_order_acquire);
}

static void event_repeat(struct ledger_event *event, const struct ledger_event *again)
{
	LEDGER_COUNT(event->count);
	atomic_fetch_or_explicit(&event->flags, LEDGER_LOAD(again->flags), memory_order_relaxed);
	LEDGER_STORE(event->last_fd, (uint32_t)again->fd);
}

/* Two threads may find it new at once: then there are two records, and the tool adds them. */
static void event_push(const struct recorder *recorder, const struct ledger_event *wanted,
		       uint32_t tid)
{
	uint32_t ref = ledger_record_alloc(recorder->ledger, sizeof(*wanted));
	struct ledger_event *event = ledger_at(recorder->ledger, ref, sizeof(*event));
	uint32_t first = events_first(recorder);

	if (!event) {
		ledger_lose(recorder->ledger, LOSS_EVENTS);
		return;
	}
	*event = *wanted;
	LEDGER_STORE(event->count, 1);
	LEDGER_STORE(event->last_fd, (uint32_t)wanted->fd);
	event->tid = tid;
	event->at_ns = ledger_now_ns(recorder->ledger);
	do
		event->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(&recorder->process->events_ref, &first, ref,
						      memory_order_release, memory_order_acquire));
}

/* Did the place that now fails on `fd` close a neighbouring number last? So does a loop over all.
 */
static bool is_behind_step(const struct recorder *recorder, int fd, uint32_t stack_ref)
{
	struct ledger_slot *before =
		ledger_slot_at(recorder->ledger, recorder->table, fd - 1, false);
	struct ledger_slot *behind =
		ledger_slot_at(recorder->ledger, recorder->table, fd + 1, false);

	return (before && LEDGER_LOAD(before->closed_stack_ref) == stack_ref) ||
	       (behind && LEDGER_LOAD(behind->closed_stack_ref) == stack_ref);
}

/* One of a loop over numbers, whether they are open or not? */
static bool is_sweep(const struct recorder *recorder, const struct ledger_event *event,
		     bool is_step)
{
	if (event->fd < 0)
		return false;
	switch (event->type) {
	case EVENT_BAD_CLOSE:
		return is_step || is_behind_step(recorder, event->fd, event->here_stack_ref);
	case EVENT_BAD_USE:
		return is_step;
	default:
		return is_step && LEDGER_LOAD(event->flags) & EVENT_IS_QUESTION;
	}
}

void recorder_event(const struct recorder *recorder, struct ledger_event *event, uint32_t tid)
{
	struct likeness likeness = likeness_find(recorder, event, events_first(recorder));

	if (is_sweep(recorder, event, likeness.is_step))
		LEDGER_STORE(event->flags, LEDGER_LOAD(event->flags) | EVENT_IS_SWEEP);
	if (likeness.same)
		event_repeat(likeness.same, event);
	else if (likeness.total < (event->type == EVENT_WRONG_CLOSE ? SUSPICIONS_MAX : EVENTS_MAX))
		event_push(recorder, event, tid);
	else if (event->type != EVENT_WRONG_CLOSE)
		ledger_lose(recorder->ledger, LOSS_EVENTS);
}

void recorder_event_fill(struct ledger_event *event, const struct ledger_slot *slot)
{
	uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
	uint32_t facts = LEDGER_LOAD(slot->facts), flags = 0;

	event->kind =
		facts & FACT_DIR && slot_kind(word) == KIND_FILE ? KIND_DIRECTORY : slot_kind(word);
	event->opened_call = slot_call(word);
	event->opened_facts = facts;
	event->closed_stack_ref = LEDGER_LOAD(slot->closed_stack_ref);
	event->closed_tid = LEDGER_LOAD(slot->closed_tid);
	if (!(facts & FACT_INHERITED)) {
		event->opened_stack_ref = LEDGER_LOAD(slot->opened_stack_ref);
		event->opened_tid = LEDGER_LOAD(slot->opened_tid);
	}
	if (facts & FACT_CONTESTED)
		flags |= EVENT_IS_CONTESTED;
	if (facts & (FACT_FILE | FACT_DIR))
		flags |= EVENT_IS_STREAM;
	if (facts & FACT_RECLOSED)
		flags |= EVENT_IS_RECLOSED;
	event->earlier_stack_ref =
		facts & FACT_CONNECT_FAILED ? 0 : LEDGER_LOAD(slot->fact_stack_ref);
	LEDGER_STORE(event->flags, LEDGER_LOAD(event->flags) | flags);
}

bool recorder_number_is_first(const struct recorder *recorder, int fd)
{
	struct ledger_table *table = recorder->table;
	uint32_t openings = 0;

	for (int i = 0; table && i < GENERATIONS_MAX; i++) {
		struct ledger_slot *slot = ledger_slot_at(recorder->ledger, table, fd, false);

		if (slot)
			openings += slot_generation(LEDGER_LOAD(slot->word)) +
				    ((LEDGER_LOAD(slot->facts) & FACT_OUTSIDE) != 0);
		if (table->link != LINK_FORK)
			break;
		table = ledger_table_at(recorder->ledger, table->parent_ref);
	}
	return openings <= 1;
}

bool recorder_stream_lost(const struct recorder *recorder, int fd, uint32_t *ret_stack_ref)
{
	uint32_t ref = events_first(recorder);
	const struct ledger_event *event;

	for (unsigned int i = 0; i <= EVENTS_MAX; i++, ref = event->next_ref) {
		event = ledger_at(recorder->ledger, ref, sizeof(*event));
		if (!event)
			break;
		if (event->type != EVENT_STREAM_CLOSE ||
		    (event->fd != fd && LEDGER_LOAD(event->last_fd) != (uint32_t)fd))
			continue;
		*ret_stack_ref = event->here_stack_ref;
		return true;
	}
	return false;
}

enum recorded_number recorder_number(const struct recorder *recorder, int fd,
				     struct ledger_slot **ret_slot)
{
	struct ledger_table *table = recorder->table;
	uint32_t tick = UINT32_MAX;

	for (int i = 0; table && i < GENERATIONS_MAX; i++) {
		struct ledger_slot *slot = ledger_slot_at(recorder->ledger, table, fd, false);
		unsigned int state =
			slot ? slot_state(atomic_load_explicit(&slot->word, memory_order_acquire))
			     : SLOT_NONE;

		if (state == SLOT_CLOSED && LEDGER_LOAD(slot->closed_fork) < tick) {
			*ret_slot = slot;
			return NUMBER_CLOSED;
		}
		if (state != SLOT_NONE || (!slot && ledger_table_has_standard(table, fd)))
			return NUMBER_OTHER;
		if (table->link != LINK_FORK)
			return NUMBER_NEVER;
		tick = table->parent_fork;
		table = ledger_table_at(recorder->ledger, table->parent_ref);
	}
	return NUMBER_OTHER;
}
