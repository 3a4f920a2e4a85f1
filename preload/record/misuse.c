/* SPDX-License-Identifier: MIT */
/* Misuse that a call runs into: noticed on the way, and written down as an event
 * (recorder/events.h). */
#include "record/misuse.h"

#include <limits.h>

#include "record/guest.h"
#include "record/limit.h"
#include "record/scopes.h"
#include "record/standard.h"
#include "recorder/events.h"
#include "stack/capture.h"

/* The calls that give up a FILE or DIR. */
static bool call_ends_stream(enum call call)
{
	switch (call) {
#define CALL(...)
#define CALL_STREAM_END(name) case CALL_##name:
#include "libc/calls.def"
#undef CALL
		return true;
	default:
		return false;
	}
}

/*
 * What the record says of a number that a call found closed. The standard streams, and what
 * stands for the working directory, are left alone.
 */
static enum recorded_number number_state(int fd, struct ledger_slot **ret_slot)
{
	enum recorded_number number;

	if (fd == AT_FDCWD)
		return NUMBER_OTHER;
	guest_find();
	number = fd < 0 ? NUMBER_NEVER : recorder_number(shim_recorder(), fd, ret_slot);
	return standard_is_stream(fd, number == NUMBER_CLOSED ? LEDGER_LOAD((*ret_slot)->word) : 0)
		       ? NUMBER_OTHER
		       : number;
}

/* What is known of the closed number, and whether another descriptor may be meant by it. */
static void event_fill(struct ledger_event *event, const struct ledger_slot *slot)
{
	recorder_event_fill(event, slot);
	if (!event->earlier_stack_ref && recorder_number_is_first(shim_recorder(), event->fd))
		LEDGER_STORE(event->flags, LEDGER_LOAD(event->flags) | EVENT_IS_FIRST);
}

static void event_keep(struct ledger_event *event)
{
	event->scope_ref = scope_current();
	recorder_event(shim_recorder(), event, thread_tid());
	if (LEDGER_LOAD(shim.recorder.process->events_ref)) /* it may be like many, or not fit */
		atomic_store_explicit(&shim.has_events, true, memory_order_relaxed);
}

static void event_write(struct ledger_event *event)
{
	event->here_stack_ref = capture_whole();
	event_keep(event);
}

/* The number was closed, or never open. */
static void use_write(enum call call, int fd, enum recorded_number number,
		      const struct ledger_slot *slot, uint32_t flags)
{
	struct ledger_event event = {
		.type = EVENT_BAD_USE, .fd = fd, .call = call, .kind = KIND_OTHER, .flags = flags
	};

	if (number == NUMBER_CLOSED) {
		event.type = EVENT_USE;
		event_fill(&event, slot);
	}
	event_write(&event);
}

/* Of libunwind, which reads from a pipe that we did not give it (stack/unwind_libunwind.c)? */
static bool is_unwinding(void)
{
	return self.capture_frame != 0;
}

static void use_note(enum call call, int fd, uint32_t flags)
{
	int saved_errno = errno;
	struct ledger_slot *slot = NULL;
	enum recorded_number number;

	if (!shim_is_recording() || is_unwinding())
		return;
	number = number_state(fd, &slot);
	if (number != NUMBER_OTHER)
		use_write(call, fd, number, slot, flags);
	errno = saved_errno;
}

void misuse_used(enum call call, int fd)
{
	use_note(call, fd, 0);
}

void misuse_asked(enum call call, int fd)
{
	use_note(call, fd, fd < 0 ? 0 : EVENT_IS_QUESTION);
}

void misuse_marked(enum call call, int fd)
{
	int saved_errno = errno;
	struct ledger_slot *slot = NULL;

	if (shim_is_recording() && number_state(fd, &slot) == NUMBER_CLOSED)
		use_write(call, fd, NUMBER_CLOSED, slot, 0);
	errno = saved_errno;
}

void misuse_used_two(enum call call, int one, int other)
{
	int saved_errno = errno;
	struct ledger_slot *slots[2] = { NULL };
	enum recorded_number numbers[2];

	if (!shim_is_recording())
		return;
	numbers[0] = number_state(one, &slots[0]);
	numbers[1] = number_state(other, &slots[1]);
	if (numbers[0] == NUMBER_CLOSED || numbers[1] == NUMBER_CLOSED) {
		if (numbers[0] == NUMBER_CLOSED)
			use_write(call, one, NUMBER_CLOSED, slots[0], 0);
		if (numbers[1] == NUMBER_CLOSED && one != other)
			use_write(call, other, NUMBER_CLOSED, slots[1], 0);
	} else if (numbers[0] == NUMBER_NEVER || numbers[1] == NUMBER_NEVER) {
		use_write(call, numbers[0] == NUMBER_NEVER ? one : other, NUMBER_NEVER, NULL, 0);
	}
	errno = saved_errno;
}

/* In the scope that the number was opened in, as what is closed by a finaliser at once. */
void misuse_lost(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_LOST, .fd = fd, .call = call };
	const struct recorder *recorder = shim_recorder();
	struct ledger_slot *slot;

	if (fd <= STDERR_FILENO || !shim_is_recording() || !runtime_is_losing())
		return;
	slot = ledger_slot_at(recorder->ledger, recorder->table, fd, false);
	if (!slot || slot_state(LEDGER_LOAD(slot->word)) != SLOT_OPEN)
		return;
	recorder_event_fill(&event, slot);
	event.closed_stack_ref = 0;
	event.earlier_stack_ref = 0;
	event.here_stack_ref = capture_whole();
	event.scope_ref = LEDGER_LOAD(slot->scope_ref);
	recorder_event(recorder, &event, thread_tid());
	atomic_store_explicit(&shim.has_events, true, memory_order_relaxed);
}

void misuse_release_failed(enum call call, int fd)
{
	struct ledger_event event = {
		.type = EVENT_BAD_CLOSE, .fd = fd, .call = call, .kind = KIND_OTHER
	};
	int saved_errno = errno;
	struct ledger_slot *slot = NULL;
	enum recorded_number number;

	if (!shim_is_recording())
		return;
	number = fd == AT_FDCWD ? NUMBER_NEVER : number_state(fd, &slot);
	if (number == NUMBER_CLOSED) {
		event.type = EVENT_DOUBLE_CLOSE;
		LEDGER_STORE(event.flags, call_ends_stream(call) ? EVENT_BY_STREAM : 0);
		event_fill(&event, slot);
	}
	if (number != NUMBER_OTHER)
		event_write(&event);
	errno = saved_errno;
}

/* The whole range was this process's own, and is closed: it names what it means to close. */
static bool range_is_closed(unsigned int first, unsigned int last, struct ledger_slot **ret_slot)
{
	const struct recorder *recorder = shim_recorder();

	for (unsigned int fd = first; fd <= last; fd++) {
		struct ledger_slot *slot =
			ledger_slot_at(recorder->ledger, recorder->table, (int)fd, false);

		if (!slot || slot_state(LEDGER_LOAD(slot->word)) != SLOT_CLOSED ||
		    LEDGER_LOAD(slot->facts) & (FACT_INHERITED | FACT_OUTSIDE))
			return false;
		if (fd == first)
			*ret_slot = slot;
	}
	return true;
}

void misuse_range_empty(enum call call, unsigned int first, unsigned int last)
{
	struct ledger_event event = { .type = EVENT_EMPTY_RANGE, .fd = (int)first, .call = call };
	struct ledger_slot *slot = NULL;

	if (!shim_is_recording() || first <= STDERR_FILENO || last < first || last > INT_MAX ||
	    shim_recorder()->table->link == LINK_FORK || !range_is_closed(first, last, &slot))
		return;
	event_fill(&event, slot);
	event_write(&event);
}

/*
 * What was put on the number on purpose (dup2) may well be meant for the stream; what took
 * it as the lowest is somebody else's.
 */
void misuse_stream_ends(const struct release *release)
{
	struct ledger_event event = { .type = EVENT_STALE_STREAM,
				      .fd = release->fd,
				      .call = release->call };
	enum call opened = slot_call(release->word);
	uint32_t facts, lost_ref;

	if (release->fd <= STDERR_FILENO || !release->slot || !release->word ||
	    opened == CALL_none || opened == CALL_dup2 || opened == CALL___dup2 ||
	    opened == CALL_dup3)
		return;
	facts = LEDGER_LOAD(release->slot->facts);
	if (facts & (FACT_FILE | FACT_DIR | FACT_INHERITED | FACT_OUTSIDE) ||
	    !recorder_stream_lost(shim_recorder(), release->fd, &lost_ref))
		return;
	recorder_event_fill(&event, release->slot);
	event.closed_stack_ref = lost_ref;
	event.closed_tid = 0;
	event_write(&event);
}

void misuse_open_failed(enum call call)
{
	struct ledger_event event = {
		.type = EVENT_EMFILE, .fd = -1, .call = call, .kind = KIND_OTHER
	};
	int saved_errno = errno;
	uint32_t refusal;

	if ((errno != EMFILE && errno != ENFILE) || !shim_is_recording())
		return;
	guest_find();
	refusal = limit_refusal(call, saved_errno);
	LEDGER_STORE(event.flags, refusal);
	event.here_stack_ref = capture_whole();
	event_keep(&event);
	limit_refused(call, refusal, event.here_stack_ref);
	errno = saved_errno;
}

void misuse_standard_taken(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_STANDARD_TAKEN, .fd = fd, .call = call };
	struct ledger_slot *slot = recorder_slot_find(shim_recorder(), fd);

	if (slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_CLOSED)
		recorder_event_fill(&event, slot);
	event.kind = call_kind(call);
	event.opened_stack_ref = 0; /* what was there before the close is of no interest */
	event.here_stack_ref = capture_whole();
	event_keep(&event);
}

static uint32_t facts_of(int fd)
{
	struct ledger_slot *slot = recorder_slot_find(shim_recorder(), fd);

	return slot ? LEDGER_LOAD(slot->facts) : 0;
}

static unsigned int kind_of(int fd)
{
	struct ledger_slot *slot = recorder_slot_find(shim_recorder(), fd);

	return slot ? slot_kind(LEDGER_LOAD(slot->word)) : (unsigned int)KIND_OTHER;
}

void misuse_placed(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_PLACED, .fd = fd, .call = call };

	if (fd <= STDERR_FILENO || !shim_is_recording())
		return;
	event_keep(&event);
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
	uint32_t facts = LEDGER_LOAD(release->slot->facts);
	int saved_errno = errno;

	if (release->fd <= STDERR_FILENO || slot_call(release->word) == CALL_none ||
	    facts & (FACT_DUP | FACT_INHERITED | FACT_OUTSIDE | FACT_CONTESTED) ||
	    facts_of(from) & FACT_PAIR || kind_of(from) == slot_kind(release->word))
		return;
	recorder_event_fill(&event, release->slot);
	event.closed_stack_ref = 0;
	event.closed_tid = 0;
	event.here_stack_ref = capture_whole();
	event_keep(&event);
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
	uint32_t before_ref = LEDGER_LOAD(slot->closed_stack_ref),
		 before_tid = LEDGER_LOAD(slot->closed_tid);

	if (before_tid == 0 || (before_tid != thread_tid() && before_ref != stack_ref))
		return;
	if (!(LEDGER_LOAD(slot->facts) & FACT_CONNECT_FAILED))
		LEDGER_STORE(slot->fact_stack_ref, before_ref);
	atomic_fetch_or_explicit(&slot->facts, FACT_RECLOSED, memory_order_relaxed);
	if (ledger_pair_find(&shim.ledger, release->opened_stack_ref, stack_ref))
		return;
	recorder_event_fill(&event, slot);
	event.here_stack_ref = stack_ref;
	event_keep(&event);
}

void misuse_release_odd(const struct release *release, uint32_t stack_ref)
{
	struct ledger_event event = { .type = EVENT_STREAM_CLOSE,
				      .fd = release->fd,
				      .call = release->call };
	struct ledger_slot *slot = release->slot;
	uint32_t facts = LEDGER_LOAD(slot->facts);

	if (facts & FACT_INHERITED || slot_call(release->word) == CALL_none)
		return;
	if (facts & (FACT_FILE | FACT_DIR) &&
	    (release->call == CALL_close || release->call == CALL___close)) {
		recorder_event_fill(&event, slot);
		event.closed_stack_ref = 0;
		event.closed_tid = 0;
		event.here_stack_ref = stack_ref;
		event_keep(&event);
	}
	if (LEDGER_LOAD(slot->opened_tid) != thread_tid())
		release_compare(release, stack_ref);
}
