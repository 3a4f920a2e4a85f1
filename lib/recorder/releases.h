/* SPDX-License-Identifier: MIT */
/*
 * How releases are recorded: a mark before the call, the end of the generation after
 * it.
 *
 * Inline, because calls would cost the shim an eighth of what it adds to an opening and
 * its close: 121 of 936 instructions (tests/stress/instructions.sh).
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_RELEASES_H
#define UNCLOSED_RECORDER_RELEASES_H

#include <errno.h>

#include "recorder/pairs.h"
#include "recorder/recorder.h"

/* Is a number without a slot open, by inheritance from before a fork? */
static inline bool is_inherited(const struct recorder *recorder, int fd)
{
	return recorder->table->link == LINK_FORK &&
	       ledger_view_is_open(recorder->ledger, recorder->table_ref, fd);
}

/* Mark the slot as being released, if it is open. */
static inline bool release_claim(struct release *release, bool is_inherited_here)
{
	uint64_t word = atomic_load_explicit(&release->slot->word, memory_order_acquire);
	unsigned int state;

	do {
		state = slot_state(word);
		if (state != SLOT_OPEN && state != SLOT_OUTSIDE && state != SLOT_UNSEEN &&
		    !(state == SLOT_NONE && is_inherited_here))
			return false;
		release->opened_stack_ref = LEDGER_LOAD(release->slot->opened_stack_ref);
		release->opened_ns = LEDGER_LOAD(release->slot->opened_ns);
		release->word = (word & ~UINT64_C(0xff)) | SLOT_CLOSING;
	} while (!atomic_compare_exchange_weak_explicit(&release->slot->word, &word, release->word,
							memory_order_acq_rel,
							memory_order_acquire));
	if (state == SLOT_NONE)
		atomic_fetch_or_explicit(&release->slot->facts, FACT_INHERITED,
					 memory_order_relaxed);
	return true;
}

/* Before the call. `fd` is not negative. */
static inline struct release recorder_release_begin(const struct recorder *recorder,
						    unsigned int call, int fd)
{
	struct release release = { .call = call, .fd = fd };
	bool is_from_parent;

	release.slot = recorder_slot_find(recorder, fd);
	is_from_parent =
		(!release.slot || slot_state(LEDGER_LOAD(release.slot->word)) == SLOT_NONE) &&
		is_inherited(recorder, fd);
	if (is_from_parent) {
		release.slot = recorder_slot_make(recorder, fd);
		if (!release.slot)
			ledger_lose(recorder->ledger, LOSS_SLOTS);
	}
	if (release.slot && !release_claim(&release, is_from_parent))
		release.word = 0;
	return release;
}

/*
 * The call returned. `error` is 0 or its errno: with every errno but EBADF the number
 * is free (man 2 close; Linux releases it first). True: recorder_release_finish()
 * comes next.
 */
static inline bool recorder_release_end(const struct recorder *recorder,
					const struct release *release, int error)
{
	if (!release->slot)
		return false;
	if (!release->word && error != EBADF)
		recorder_slot_contest(recorder, release->slot); /* it was open after all */
	return release->word != 0;
}

/* After a clean close long after the last overlap the next opener is sure again. */
static inline void slot_settle(const struct recorder *recorder, struct ledger_slot *slot)
{
	uint32_t contested_ms;

	if (__builtin_expect(!(LEDGER_LOAD(slot->facts) & FACT_CONTESTED), 1))
		return;
	contested_ms = LEDGER_LOAD(slot->contested_ms);
	if (recorder_slot_is_in_doubt(recorder, slot))
		return;
	atomic_fetch_and(&slot->facts, ~(uint32_t)FACT_CONTESTED);
	if (atomic_load(&slot->contested_ms) != contested_ms)
		atomic_fetch_or(&slot->facts, FACT_CONTESTED);
}

/*
 * Write the close down, made by the thread `tid` at `stack_ref`: one generation from CLOSING to
 * CLOSED; whoever took the number meanwhile is left alone. True: it was a copy from before a fork
 * or from outside, which no call of this table had opened.
 */
static inline bool recorder_release_finish(const struct recorder *recorder,
					   const struct release *release, int error,
					   uint32_t stack_ref, uint32_t tid)
{
	struct ledger_slot *slot = release->slot;
	uint64_t word = release->word;
	unsigned int call = slot_call(word);

	if (LEDGER_LOAD(slot->word) == word) {
		uint32_t facts = LEDGER_LOAD(slot->facts);

		if (!(facts & FACT_CONNECT_FAILED))
			LEDGER_STORE(slot->fact_stack_ref, LEDGER_LOAD(slot->closed_stack_ref));
		LEDGER_STORE(slot->closed_stack_ref, stack_ref);
		LEDGER_STORE(slot->closed_tid, tid);
		LEDGER_STORE(slot->closed_fork, LEDGER_LOAD(recorder->table->forks));
		/* A copy from before a fork has no opening here; when it went tells who was left
		 * with it. */
		if (facts & FACT_INHERITED)
			LEDGER_STORE(slot->opened_ns, ledger_now_ns(recorder->ledger));
	}
	if (release->opened_stack_ref && call)
		recorder_pair_closed(recorder, release, stack_ref, tid);
	slot_settle(recorder, slot);
	/* Fails when another thread has been given the number since: nothing is wrong with that. */
	(void)atomic_compare_exchange_strong_explicit(&slot->word, &word,
						      (word & ~UINT64_C(0xff)) | SLOT_CLOSED,
						      memory_order_release, memory_order_relaxed);
	if (call)
		LEDGER_COUNT(recorder->process->kinds[slot_kind(release->word) % KIND_DESCRIPTORS]
				     .closed);
	if (__builtin_expect(error == EBADF,
			     0)) /* it was not open any more: a close that was not seen */
		recorder_slot_contest(recorder, slot);
	return call == 0;
}

/* The call failed and left its target untouched (dup2). */
static inline void recorder_release_cancel(const struct recorder *recorder,
					   const struct release *release)
{
	uint64_t word = release->word;
	unsigned int state = SLOT_OPEN;

	if (!release->slot || !word)
		return;
	if (LEDGER_LOAD(release->slot->facts) & FACT_OUTSIDE)
		state = SLOT_OUTSIDE;
	if (LEDGER_LOAD(release->slot->facts) & FACT_INHERITED && slot_generation(word) == 0)
		state = SLOT_NONE;
	if (!atomic_compare_exchange_strong_explicit(&release->slot->word, &word,
						     (word & ~UINT64_C(0xff)) | state,
						     memory_order_release, memory_order_relaxed))
		recorder_slot_contest(recorder, release->slot);
}

#endif
