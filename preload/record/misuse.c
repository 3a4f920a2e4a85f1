/* SPDX-License-Identifier: MIT */
#include "record/misuse.h"

#include "stack/capture.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)

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
		return one->call == other->call;
	if (one->type == EVENT_PLACED)
		return one->fd == other->fd;
	return one->here_stack_ref == other->here_stack_ref &&
	       one->closed_stack_ref == other->closed_stack_ref &&
	       one->opened_stack_ref == other->opened_stack_ref;
}

static struct likeness likeness_find(const struct ledger_event *wanted, uint32_t ref)
{
	struct likeness likeness = { 0 };
	unsigned int variants = 0;

	while (likeness.total <= EVENTS_MAX) {
		struct ledger_event *event = ledger_at(&shim.ledger, ref, sizeof(*event));

		if (!event)
			break;
		likeness.total++;
		likeness.is_step |= event->here_stack_ref == wanted->here_stack_ref &&
				    is_neighbour((int)LOAD(event->last_fd), wanted->fd);
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

static uint32_t events_first(void)
{
	return atomic_load_explicit(&shim.process->events_ref, memory_order_acquire);
}

static void event_repeat(struct ledger_event *event, const struct ledger_event *again)
{
	atomic_fetch_add_explicit(&event->count, 1, memory_order_relaxed);
	atomic_fetch_or_explicit(&event->flags, LOAD(again->flags), memory_order_relaxed);
	STORE(event->last_fd, (uint32_t)again->fd);
}

/* Two threads may find it new at once: then there are two records, and the tool adds them. */
static void event_push(const struct ledger_event *wanted)
{
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(*wanted));
	struct ledger_event *event = ledger_at(&shim.ledger, ref, sizeof(*event));
	uint32_t first = events_first();

	if (!event) {
		ledger_lose(&shim.ledger, LOSS_EVENTS);
		return;
	}
	*event = *wanted;
	STORE(event->count, 1);
	STORE(event->last_fd, (uint32_t)wanted->fd);
	event->tid = thread_tid();
	event->at_ns = ledger_now_ns(&shim.ledger);
	do
		event->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(&shim.process->events_ref, &first, ref,
						      memory_order_release, memory_order_acquire));
}

/* Did the place that now fails on `fd` close a neighbouring number last? So does a loop over all.
 */
static bool is_behind_step(int fd, uint32_t stack_ref)
{
	struct ledger_slot *before = ledger_slot_at(&shim.ledger, shim_table(), fd - 1, false);
	struct ledger_slot *behind = ledger_slot_at(&shim.ledger, shim_table(), fd + 1, false);

	return (before && LOAD(before->closed_stack_ref) == stack_ref) ||
	       (behind && LOAD(behind->closed_stack_ref) == stack_ref);
}

static void event_record(struct ledger_event *event)
{
	struct likeness likeness = likeness_find(event, events_first());

	if (event->type == EVENT_BAD_CLOSE && event->fd >= 0 &&
	    (likeness.is_step || is_behind_step(event->fd, event->here_stack_ref)))
		STORE(event->flags, LOAD(event->flags) | EVENT_IS_SWEEP);
	if (likeness.same)
		event_repeat(likeness.same, event);
	else if (likeness.total < (event->type == EVENT_WRONG_CLOSE ? SUSPICIONS_MAX : EVENTS_MAX))
		event_push(event);
	else if (event->type != EVENT_WRONG_CLOSE)
		ledger_lose(&shim.ledger, LOSS_EVENTS);
}

/* What the slot knows of its latest generation. */
static void event_fill(struct ledger_event *event, const struct ledger_slot *slot)
{
	uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
	uint32_t facts = LOAD(slot->facts), flags = 0;

	event->kind = slot_kind(word);
	event->opened_call = slot_call(word);
	event->opened_facts = facts;
	event->closed_stack_ref = LOAD(slot->closed_stack_ref);
	event->closed_tid = LOAD(slot->closed_tid);
	if (!(facts & FACT_INHERITED)) {
		event->opened_stack_ref = LOAD(slot->opened_stack_ref);
		event->opened_tid = LOAD(slot->opened_tid);
	}
	if (facts & FACT_CONTESTED)
		flags |= EVENT_IS_CONTESTED;
	if (facts & (FACT_FILE | FACT_DIR))
		flags |= EVENT_IS_STREAM;
	if (facts & FACT_RECLOSED) {
		flags |= EVENT_IS_RECLOSED;
		event->earlier_stack_ref =
			facts & FACT_CONNECT_FAILED ? 0 : LOAD(slot->fact_stack_ref);
	}
	STORE(event->flags, flags);
}

enum number {
	NUMBER_NEVER,  /* no call was seen to open it, and it was not open at the start */
	NUMBER_CLOSED, /* and nothing came after */
	NUMBER_OTHER,  /* open by what we know, or being closed: says nothing */
};

/* In a forked child, a number it never touched is as its parent had it. */
static enum number number_find(int fd, struct ledger_slot **ret_slot)
{
	struct ledger_table *table = shim_table();
	uint32_t tick = UINT32_MAX;

	for (int i = 0; table && i < GENERATIONS_MAX; i++) {
		struct ledger_slot *slot = ledger_slot_at(&shim.ledger, table, fd, false);
		unsigned int state =
			slot ? slot_state(atomic_load_explicit(&slot->word, memory_order_acquire))
			     : SLOT_NONE;

		if (state == SLOT_CLOSED && LOAD(slot->closed_fork) < tick) {
			*ret_slot = slot;
			return NUMBER_CLOSED;
		}
		if (state != SLOT_NONE)
			return NUMBER_OTHER;
		if (table->link != LINK_FORK)
			return NUMBER_NEVER;
		tick = table->parent_fork;
		table = ledger_table_at(&shim.ledger, table->parent_ref);
	}
	return NUMBER_OTHER;
}

void misuse_used(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_USE, .fd = fd, .call = call };
	int saved_errno = errno;
	struct ledger_slot *slot;

	if (fd <= STDERR_FILENO || !shim_is_recording())
		return;
	if (number_find(fd, &slot) == NUMBER_CLOSED) {
		event_fill(&event, slot);
		event.here_stack_ref = capture_opening();
		event_record(&event);
	}
	errno = saved_errno;
}

void misuse_release_failed(enum call call, int fd)
{
	struct ledger_event event = {
		.type = EVENT_BAD_CLOSE, .fd = fd, .call = call, .kind = KIND_OTHER
	};
	int saved_errno = errno;
	struct ledger_slot *slot;
	enum number number;

	if (!shim_is_recording() || (fd >= 0 && fd <= STDERR_FILENO))
		return;
	number = fd < 0 ? NUMBER_NEVER : number_find(fd, &slot);
	if (number == NUMBER_CLOSED) {
		event.type = EVENT_DOUBLE_CLOSE;
		event_fill(&event, slot);
	}
	if (number != NUMBER_OTHER) {
		event.here_stack_ref = capture_opening();
		event_record(&event);
	}
	errno = saved_errno;
}

void misuse_open_failed(enum call call)
{
	struct ledger_event event = {
		.type = EVENT_EMFILE, .fd = -1, .call = call, .kind = KIND_OTHER
	};
	int saved_errno = errno;

	if (errno != EMFILE || !shim_is_recording())
		return;
	event.here_stack_ref = capture_opening();
	event_record(&event);
	errno = saved_errno;
}

void misuse_standard_taken(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_STANDARD_TAKEN, .fd = fd, .call = call };
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim_table(), fd, false);

	if (slot && slot_state(LOAD(slot->word)) == SLOT_CLOSED)
		event_fill(&event, slot);
	event.kind = call_kind(call);
	event.opened_stack_ref = 0; /* what was there before the close is of no interest */
	event.here_stack_ref = capture_opening();
	event_record(&event);
}

static uint32_t facts_of(int fd)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim_table(), fd, false);

	return slot ? LOAD(slot->facts) : 0;
}

static unsigned int kind_of(int fd)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim_table(), fd, false);

	return slot ? slot_kind(LOAD(slot->word)) : (unsigned int)KIND_OTHER;
}

void misuse_placed(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_PLACED, .fd = fd, .call = call };

	if (fd <= STDERR_FILENO || !shim_is_recording())
		return;
	event_record(&event);
}

/*
 * Ordinary programs put a descriptor over another: redirections of a shell, a
 * log file in place of the old one, Java's socket pair over what it is about to
 * close. Of another kind, over what was opened for itself, is odd enough to be told.
 */
void misuse_overwritten(const struct release *release, int from)
{
	struct ledger_event event = { .type = EVENT_OVERWRITE,
				      .fd = release->fd,
				      .call = release->call };
	uint32_t facts = LOAD(release->slot->facts);
	int saved_errno = errno;

	if (release->fd <= STDERR_FILENO || slot_call(release->word) == CALL_none ||
	    facts & (FACT_DUP | FACT_INHERITED | FACT_OUTSIDE | FACT_CONTESTED) ||
	    facts_of(from) & FACT_PAIR || kind_of(from) == slot_kind(release->word))
		return;
	event_fill(&event, release->slot);
	event.closed_stack_ref = 0;
	event.closed_tid = 0;
	event.here_stack_ref = capture_opening();
	event_record(&event);
	errno = saved_errno;
}

/*
 * Another thread than the opener's closes it, which is normal where threads
 * hand on their work. If it had closed the number before, it may not know that
 * this is another one: that is kept until the number is opened again, for when
 * its owner gets EBADF; the first time of each place the tool hears of it at once.
 */
static void release_compare(const struct release *release, uint32_t stack_ref)
{
	struct ledger_slot *slot = release->slot;
	struct ledger_event event = { .type = EVENT_WRONG_CLOSE,
				      .fd = release->fd,
				      .call = release->call };
	uint32_t before_ref = LOAD(slot->closed_stack_ref), before_tid = LOAD(slot->closed_tid);

	if (before_tid == 0 || (before_tid != thread_tid() && before_ref != stack_ref))
		return;
	if (!(LOAD(slot->facts) & FACT_CONNECT_FAILED))
		STORE(slot->fact_stack_ref, before_ref);
	atomic_fetch_or_explicit(&slot->facts, FACT_RECLOSED, memory_order_relaxed);
	if (ledger_pair_find(&shim.ledger, release->opened_stack_ref, stack_ref))
		return;
	event_fill(&event, slot);
	event.here_stack_ref = stack_ref;
	event_record(&event);
}

void misuse_release_odd(const struct release *release, uint32_t stack_ref)
{
	struct ledger_event event = { .type = EVENT_STREAM_CLOSE,
				      .fd = release->fd,
				      .call = release->call };
	struct ledger_slot *slot = release->slot;
	uint32_t facts = LOAD(slot->facts);

	if (facts & FACT_INHERITED || slot_call(release->word) == CALL_none)
		return;
	if (facts & (FACT_FILE | FACT_DIR) &&
	    (release->call == CALL_close || release->call == CALL___close)) {
		event_fill(&event, slot);
		event.closed_stack_ref = 0;
		event.closed_tid = 0;
		event.here_stack_ref = stack_ref;
		event_record(&event);
	}
	if (LOAD(slot->opened_tid) != thread_tid())
		release_compare(release, stack_ref);
}
