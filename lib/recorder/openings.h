/* SPDX-License-Identifier: MIT */
/*
 * How openings are recorded: the slot of a number is filled, and the openings of its
 * kind are counted.
 *
 * Inline, because calls would cost the shim an eighth of what it adds to an opening and
 * its close: 121 of 936 instructions (tests/stress/instructions.sh).
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_OPENINGS_H
#define UNCLOSED_RECORDER_OPENINGS_H

#include "recorder/recorder.h"

static inline void count_opened(const struct recorder *recorder, unsigned int kind)
{
	struct ledger_kind_count *count = &recorder->process->kinds[kind];
	uint32_t live = LEDGER_COUNT(count->opened) + 1 - LEDGER_LOAD(count->closed);
	uint32_t peak = LEDGER_LOAD(count->peak);

	/* Between an opening and a close of two threads `live` may wrap for a moment. */
	while (live > peak && live < INT32_MAX &&
	       !atomic_compare_exchange_weak_explicit(&count->peak, &peak, live,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

/*
 * False: another has written the slot meanwhile, and all is to be done once more.
 * The opener keeps a late mark of overlapping releases: the number may have been
 * closed between the kernel's answer and now, and be somebody else's already.
 * The same when another thread's opening is found there, whose close nobody saw.
 */
static inline __attribute__((always_inline)) bool
slot_fill_once(const struct recorder *recorder, struct ledger_slot *slot,
	       const struct opening *opening, const struct origin *origin, bool *is_late)
{
	uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire), next;
	uint32_t forks = LEDGER_LOAD(recorder->table->forks);
	uint32_t contested = recorder_slot_is_in_doubt(recorder, slot) ? FACT_CONTESTED : 0;
	uint32_t contested_ms = LEDGER_LOAD(slot->contested_ms);

	if (slot_state(word) == SLOT_OPEN) {
		LEDGER_COUNT(recorder->process->kinds[slot_kind(word) % KIND_DESCRIPTORS].closed);
		*is_late |= LEDGER_LOAD(slot->opened_tid) != origin->tid;
	}
	/* Without a fork there is nobody to keep it for. */
	if ((forks != 0 || LEDGER_LOAD(slot->facts) & FACT_INHERITED) &&
	    !ledger_slot_keep(recorder->ledger, slot, forks))
		ledger_lose(recorder->ledger, LOSS_EVENTS);
	LEDGER_STORE(slot->opened_ns, ledger_now_ns(recorder->ledger));
	LEDGER_STORE(slot->opened_stack_ref, origin->stack_ref);
	LEDGER_STORE(slot->opened_tid, origin->tid);
	LEDGER_STORE(slot->opened_fork, forks);
	LEDGER_STORE(slot->facts, opening->facts | contested);
	LEDGER_STORE(slot->peer_or_dup, opening->peer_or_dup);
	LEDGER_STORE(slot->fact_stack_ref, 0);
	LEDGER_STORE(slot->scope_ref, origin->scope_ref);
	next = SLOT_WORD(slot_generation(word) + 1, opening->call, opening->kind, SLOT_OPEN);
	if (!atomic_compare_exchange_strong_explicit(&slot->word, &word, next, memory_order_seq_cst,
						     memory_order_relaxed))
		return false;
	if (*is_late || atomic_load(&slot->contested_ms) != contested_ms)
		recorder_slot_contest(recorder, slot);
	return true;
}

/* Not a loop around what is mostly done once: that costs every opening ten instructions. */
static __attribute__((noinline, unused)) void
slot_fill_again(const struct recorder *recorder, struct ledger_slot *slot,
		const struct opening *opening, const struct origin *origin, bool is_late)
{
	while (!slot_fill_once(recorder, slot, opening, origin, &is_late))
		;
}

static inline void slot_fill(const struct recorder *recorder, struct ledger_slot *slot,
			     const struct opening *opening, const struct origin *origin)
{
	bool is_late = false;

	if (__builtin_expect(!slot_fill_once(recorder, slot, opening, origin, &is_late), 0))
		slot_fill_again(recorder, slot, opening, origin, is_late);
}

/* `fd` was opened. Where there is no room, that is counted. */
static inline void recorder_opened(const struct recorder *recorder, int fd,
				   const struct opening *opening, const struct origin *origin)
{
	struct ledger_slot *slot = recorder_slot_make(recorder, fd);

	if (!slot) {
		ledger_lose(recorder->ledger, LOSS_SLOTS);
		return;
	}
	slot_fill(recorder, slot, opening, origin);
	count_opened(recorder, opening->kind);
}

/* What is true of a connection, a listener or a giver by whichever number. */
#define FACTS_OF_ALL_NUMBERS                                                            \
	(FACT_BOUND | FACT_LISTENING | FACT_CONNECTED | FACT_ACCEPTED | FACT_RECEIVED | \
	 FACT_SHUTDOWN_RD | FACT_SHUTDOWN_WR | FACT_GIVES | FACT_GIVES_CLOEXEC)

/* The slot of an open number, its own or its parent's; NULL: not known. */
static inline const struct ledger_slot *opener_of(const struct recorder *recorder, int fd)
{
	const struct ledger_slot *own = recorder_slot_find(recorder, fd);
	struct descriptor_view view;

	if (own && slot_state(LEDGER_LOAD(own->word)) == SLOT_OPEN)
		return own;
	ledger_view(recorder->ledger, recorder->table_ref, fd, &view);
	return view.slot;
}

/*
 * Fill in what a duplicate has from `from`, of this table or from before a fork: the
 * kind, and the facts that are true of a connection by whichever number.
 */
static inline void recorder_inherit(const struct recorder *recorder, int from,
				    struct opening *opening)
{
	const struct ledger_slot *original = opener_of(recorder, from);

	if (!original)
		return;
	opening->kind = slot_kind(LEDGER_LOAD(original->word)) % KIND_DESCRIPTORS;
	opening->facts |= LEDGER_LOAD(original->facts) & FACTS_OF_ALL_NUMBERS;
}

/* The facts of an open number, its own or its parent's, and its kind; 0: nothing is known. */
static inline uint32_t recorder_facts(const struct recorder *recorder, int fd,
				      unsigned int *ret_kind)
{
	const struct ledger_slot *slot = opener_of(recorder, fd);

	if (!slot)
		return 0;
	*ret_kind = slot_kind(LEDGER_LOAD(slot->word)) % KIND_DESCRIPTORS;
	return LEDGER_LOAD(slot->facts);
}

/* Set facts of an open descriptor; nothing happens when it is not known. */
static inline void recorder_fact(const struct recorder *recorder, int fd, uint32_t facts)
{
	struct ledger_slot *slot = recorder_slot_find(recorder, fd);

	if (slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_OPEN)
		atomic_fetch_or_explicit(&slot->facts, facts, memory_order_relaxed);
}

#endif
