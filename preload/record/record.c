/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include <errno.h>

#include "record/fork_copies.h"
#include "record/misuse.h"
#include "record/pairs.h"
#include "record/scopes.h"
#include "record/slots.h"
#include "record/stderr.h"
#include "shim/state.h"
#include "stack/capture.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)
#define COUNT(field) atomic_fetch_add_explicit(&(field), 1, memory_order_relaxed)

static void count_opened(unsigned int kind)
{
	struct ledger_kind_count *count = &shim.process->kinds[kind];
	uint32_t live = COUNT(count->opened) + 1 - LOAD(count->closed);
	uint32_t peak = LOAD(count->peak);

	/* Between an opening and a close of two threads `live` may wrap for a moment. */
	while (live > peak && live < INT32_MAX &&
	       !atomic_compare_exchange_weak_explicit(&count->peak, &peak, live,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

/* What is written down of a new descriptor. */
struct opening {
	enum call call;
	unsigned int kind;
	uint32_t facts;
	uint32_t peer_or_dup;
};

/*
 * How long after an overlap a number's openers are in doubt: a thread that lost
 * its processor between the kernel's answer and its record comes back by then.
 */
#define DOUBT_MS 1000

static uint32_t now_ms(void)
{
	return (uint32_t)(ledger_now_ns(&shim.ledger) / 1000000) + 1;
}

/* The time first: who clears the mark, or writes over it, looks at the time again afterwards. */
static void slot_contest(struct ledger_slot *slot)
{
	atomic_store(&slot->contested_ms, now_ms());
	atomic_fetch_or(&slot->facts, FACT_CONTESTED);
}

/* By the time alone: the mark may just have been written over. */
static bool slot_is_in_doubt(const struct ledger_slot *slot)
{
	uint32_t contested_ms = LOAD(slot->contested_ms);

	return contested_ms != 0 && now_ms() - contested_ms < DOUBT_MS;
}

/*
 * The opener keeps a late mark of overlapping releases: the number may have been
 * closed between the kernel's answer and now, and be somebody else's already.
 * The same when another thread's opening is found there, whose close nobody saw.
 */
static void slot_fill(struct ledger_slot *slot, const struct opening *opening, uint64_t *word)
{
	uint32_t stack_ref = capture_opening();
	uint32_t forks = LOAD(shim_table()->forks);
	uint32_t scope_ref = scope_of_opening(opening->kind);
	uint32_t contested_ms;
	bool is_late = false;
	uint64_t next;

	do {
		uint32_t contested = slot_is_in_doubt(slot) ? FACT_CONTESTED : 0;

		contested_ms = LOAD(slot->contested_ms);
		if (slot_state(*word) == SLOT_OPEN) {
			COUNT(shim.process->kinds[slot_kind(*word) % KIND_DESCRIPTORS].closed);
			is_late |= LOAD(slot->opened_tid) != thread_tid();
		}
		/* Without a fork there is nobody to keep it for. */
		if ((forks != 0 || LOAD(slot->facts) & FACT_INHERITED) &&
		    !ledger_slot_keep(&shim.ledger, slot, forks))
			ledger_lose(&shim.ledger, LOSS_EVENTS);
		STORE(slot->opened_ns, ledger_now_ns(&shim.ledger));
		STORE(slot->opened_stack_ref, stack_ref);
		STORE(slot->opened_tid, thread_tid());
		STORE(slot->opened_fork, forks);
		STORE(slot->facts, opening->facts | contested);
		STORE(slot->peer_or_dup, opening->peer_or_dup);
		STORE(slot->fact_stack_ref, 0);
		STORE(slot->scope_ref, scope_ref);
		next = SLOT_WORD(slot_generation(*word) + 1, opening->call, opening->kind,
				 SLOT_OPEN);
	} while (!atomic_compare_exchange_weak_explicit(&slot->word, word, next,
							memory_order_seq_cst,
							memory_order_relaxed));
	if (is_late || atomic_load(&slot->contested_ms) != contested_ms)
		slot_contest(slot);
}

static void record_new(int fd, const struct opening *opening)
{
	struct ledger_slot *slot = slot_make(fd);
	uint64_t word;

	if (fd <= STDERR_FILENO && opening->kind == KIND_SOCKET && !(opening->facts & FACT_DUP))
		misuse_standard_taken(opening->call, fd);
	if (!slot) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return;
	}
	word = atomic_load_explicit(&slot->word, memory_order_acquire);
	slot_fill(slot, opening, &word);
	count_opened(opening->kind);
}

int record_opened_with(enum call call, int fd, uint32_t facts)
{
	if (fd >= 0 && shim_is_recording())
		record_new(fd, &(struct opening){ call, call_kind(call), facts, 0 });
	else if (fd < 0)
		misuse_open_failed(call);
	return fd;
}

int record_opened(enum call call, int fd)
{
	return record_opened_with(call, fd, 0);
}

int record_opened_pair(enum call call, int result, const int fds[2], uint32_t facts)
{
	if (result == 0 && shim_is_recording())
		for (int i = 0; i < 2; i++)
			record_new(fds[i], &(struct opening){ call, call_kind(call), FACT_PAIR | facts,
							      (uint32_t)fds[1 - i] + 1 });
	else if (result != 0)
		misuse_open_failed(call);
	return result;
}

/* What is true of a connection or a listener by whichever number. */
#define FACTS_OF_ALL_NUMBERS                                                            \
	(FACT_BOUND | FACT_LISTENING | FACT_CONNECTED | FACT_ACCEPTED | FACT_RECEIVED | \
	 FACT_SHUTDOWN_RD | FACT_SHUTDOWN_WR)

/* The slot of an open number, its own or its parent's; NULL: not known. */
static const struct ledger_slot *opener_of(int fd)
{
	const struct ledger_slot *own = slot_find(fd);
	struct descriptor_view view;

	if (own && slot_state(LOAD(own->word)) == SLOT_OPEN)
		return own;
	ledger_view(&shim.ledger, shim_table_ref(), fd, &view);
	return view.slot;
}

int record_duplicate(enum call call, int from, int fd)
{
	struct opening opening = { call, KIND_OTHER, FACT_DUP, (uint32_t)from + 1 };
	const struct ledger_slot *original;

	if (fd < 0) {
		misuse_open_failed(call);
		return fd;
	}
	if (!shim_is_recording())
		return fd;
	original = opener_of(from);
	if (original) {
		opening.kind = slot_kind(LOAD(original->word)) % KIND_DESCRIPTORS;
		opening.facts |= LOAD(original->facts) & FACTS_OF_ALL_NUMBERS;
	}
	record_new(fd, &opening);
	return fd;
}

/* Is a number without a slot open, by inheritance from before a fork? */
static bool is_inherited(int fd)
{
	return shim_table()->link == LINK_FORK &&
	       ledger_view_is_open(&shim.ledger, shim_table_ref(), fd);
}

/* Mark the slot as being released, if it is open. */
static bool release_claim(struct release *release, bool is_inherited_here)
{
	uint64_t word = atomic_load_explicit(&release->slot->word, memory_order_acquire);
	unsigned int state;

	do {
		state = slot_state(word);
		if (state != SLOT_OPEN && state != SLOT_OUTSIDE && state != SLOT_UNSEEN &&
		    !(state == SLOT_NONE && is_inherited_here))
			return false;
		release->opened_stack_ref = LOAD(release->slot->opened_stack_ref);
		release->word = (word & ~UINT64_C(0xff)) | SLOT_CLOSING;
	} while (!atomic_compare_exchange_weak_explicit(&release->slot->word, &word, release->word,
							memory_order_acq_rel,
							memory_order_acquire));
	if (state == SLOT_NONE)
		atomic_fetch_or_explicit(&release->slot->facts, FACT_INHERITED,
					 memory_order_relaxed);
	return true;
}

struct release record_release_begin(enum call call, int fd)
{
	struct release release = { .call = call, .fd = fd };
	bool is_from_parent;

	if (fd < 0 || !shim_is_recording())
		return release;
	if (fd == STDERR_FILENO)
		stderr_guard(STDERR_FILENO, STDERR_FILENO);
	release.slot = slot_find(fd);
	is_from_parent = (!release.slot || slot_state(LOAD(release.slot->word)) == SLOT_NONE) &&
			 is_inherited(fd);
	if (is_from_parent) {
		release.slot = slot_make(fd);
		if (!release.slot)
			ledger_lose(&shim.ledger, LOSS_SLOTS);
	}
	if (release.slot && !release_claim(&release, is_from_parent))
		release.word = 0;
	return release;
}

/* After a clean close long after the last overlap the next opener is sure again. */
static void slot_settle(struct ledger_slot *slot)
{
	uint32_t contested_ms = LOAD(slot->contested_ms);

	if (!(LOAD(slot->facts) & FACT_CONTESTED) || slot_is_in_doubt(slot))
		return;
	atomic_fetch_and(&slot->facts, ~(uint32_t)FACT_CONTESTED);
	if (atomic_load(&slot->contested_ms) != contested_ms)
		atomic_fetch_or(&slot->facts, FACT_CONTESTED);
}

/* One generation from CLOSING to CLOSED; whoever took the number meanwhile is left alone. */
static void release_finish(struct release *release, uint32_t stack_ref)
{
	struct ledger_slot *slot = release->slot;
	uint64_t word = release->word;

	if (LOAD(slot->word) == word) {
		misuse_watch(release, stack_ref);
		STORE(slot->closed_stack_ref, stack_ref);
		STORE(slot->closed_tid, thread_tid());
		STORE(slot->closed_fork, LOAD(shim_table()->forks));
		/* A copy from before a fork has no opening here; when it went tells who was left with it. */
		if (LOAD(slot->facts) & FACT_INHERITED)
			STORE(slot->opened_ns, ledger_now_ns(&shim.ledger));
	}
	if (release->opened_stack_ref && slot_call(word) != CALL_none)
		pairs_count(release, stack_ref);
	slot_settle(slot);
	/* Fails when another thread has been given the number since: nothing is wrong with that. */
	(void)atomic_compare_exchange_strong_explicit(&slot->word, &word,
						      (word & ~UINT64_C(0xff)) | SLOT_CLOSED,
						      memory_order_release, memory_order_relaxed);
	if (slot_call(release->word) != CALL_none)
		COUNT(shim.process->kinds[slot_kind(release->word) % KIND_DESCRIPTORS].closed);
	else
		copies_note_closed();
}

void record_release_end(struct release *release, int error)
{
	if (__builtin_expect(error == EBADF, 0) && !release->word)
		misuse_release_failed(release->call, release->fd);
	if (!release->slot)
		return;
	if (release->word) {
		release_finish(release, capture_stack());
		if (error == EBADF) /* it was not open any more: a close that was not seen */
			slot_contest(release->slot);
	} else if (error != EBADF) {
		slot_contest(release->slot); /* it was open after all */
	}
}

void record_release_cancel(struct release *release)
{
	uint64_t word = release->word;
	unsigned int state = SLOT_OPEN;

	if (!release->slot || !word)
		return;
	if (LOAD(release->slot->facts) & FACT_OUTSIDE)
		state = SLOT_OUTSIDE;
	if (LOAD(release->slot->facts) & FACT_INHERITED && slot_generation(word) == 0)
		state = SLOT_NONE;
	if (!atomic_compare_exchange_strong_explicit(&release->slot->word, &word,
						     (word & ~UINT64_C(0xff)) | state,
						     memory_order_release, memory_order_relaxed))
		slot_contest(release->slot);
}

struct range record_range_begin(enum call call, unsigned int first, unsigned int last)
{
	return (struct range){ call, first, last,
			       shim_is_recording() ? ledger_now_ns(&shim.ledger) : 0 };
}

/* Opened by another thread while the call ran: closed by it, or spared. The kernel check decides. */
static bool is_opened_since(const struct range *range, const struct release *release)
{
	return !(LOAD(release->slot->facts) & FACT_INHERITED) &&
	       LOAD(release->slot->opened_ns) > range->started_ns;
}

void record_range_end(const struct range *range)
{
	uint32_t limit, stack_ref = 0;

	if (!shim_is_recording())
		return;
	limit = ledger_view_limit(&shim.ledger, shim_table_ref());
	for (uint32_t fd = range->first;
	     (fd = ledger_view_next(&shim.ledger, shim_table_ref(), fd)) < limit &&
	     fd <= range->last;
	     fd++) {
		struct release release = record_release_begin(range->call, (int)fd);

		if (!release.slot || !release.word)
			continue;
		if (is_opened_since(range, &release)) {
			record_release_cancel(&release);
			slot_contest(release.slot);
			continue;
		}
		if (!stack_ref)
			stack_ref = capture_stack();
		release_finish(&release, stack_ref);
	}
}

void record_fact(int fd, uint32_t facts)
{
	struct ledger_slot *slot;

	if (fd < 0 || !shim_is_recording())
		return;
	slot = slot_find(fd);
	if (slot && slot_state(LOAD(slot->word)) == SLOT_OPEN)
		atomic_fetch_or_explicit(&slot->facts, facts, memory_order_relaxed);
}
