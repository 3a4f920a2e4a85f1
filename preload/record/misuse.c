/* SPDX-License-Identifier: MIT */
/* Misuse that a call runs into: noticed on the way, and written down as an event
 * (recorder/events.h). */
#include "record/misuse.h"

#include "recorder/events.h"
#include "stack/capture.h"

void misuse_used(enum call call, int fd)
{
	struct ledger_event event = { .type = EVENT_USE, .fd = fd, .call = call };
	int saved_errno = errno;
	struct ledger_slot *slot;

	if (fd <= STDERR_FILENO || !shim_is_recording())
		return;
	if (recorder_number(shim_recorder(), fd, &slot) == NUMBER_CLOSED) {
		recorder_event_fill(&event, slot);
		event.here_stack_ref = capture_opening();
		recorder_event(shim_recorder(), &event, thread_tid());
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
	enum recorded_number number;

	if (!shim_is_recording() || (fd >= 0 && fd <= STDERR_FILENO))
		return;
	number = fd < 0 ? NUMBER_NEVER : recorder_number(shim_recorder(), fd, &slot);
	if (number == NUMBER_CLOSED) {
		event.type = EVENT_DOUBLE_CLOSE;
		recorder_event_fill(&event, slot);
	}
	if (number != NUMBER_OTHER) {
		event.here_stack_ref = capture_opening();
		recorder_event(shim_recorder(), &event, thread_tid());
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
	recorder_event(shim_recorder(), &event, thread_tid());
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
	event.here_stack_ref = capture_opening();
	recorder_event(shim_recorder(), &event, thread_tid());
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
	recorder_event(shim_recorder(), &event, thread_tid());
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
	event.here_stack_ref = capture_opening();
	recorder_event(shim_recorder(), &event, thread_tid());
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
	recorder_event(shim_recorder(), &event, thread_tid());
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
		recorder_event(shim_recorder(), &event, thread_tid());
	}
	if (LEDGER_LOAD(slot->opened_tid) != thread_tid())
		release_compare(release, stack_ref);
}
