/* SPDX-License-Identifier: MIT */
/* Pairs of an opening and a closing stack, and what the latest descriptor of each was. */
#include "recorder/pairs.h"

static struct ledger_pair *pair_at(const struct recorder *recorder, uint32_t open_ref,
				   uint32_t close_ref)
{
	/* References are multiples of 8; stacks of one loop differ by little more. */
	uint32_t number = ((open_ref ^ close_ref * 5) >> 3) % RECORDER_PAIRS;
	_Atomic(struct ledger_pair *) *met = __atomic_load_n(&recorder->pairs, __ATOMIC_RELAXED);
	struct ledger_pair *pair;

	if (!met)
		return ledger_pair_at(recorder->ledger, open_ref, close_ref);
	pair = atomic_load_explicit(&met[number], memory_order_acquire);
	if (__builtin_expect(
		    pair && pair->open_stack_ref == open_ref && pair->close_ref == close_ref, 1))
		return pair;
	pair = ledger_pair_at(recorder->ledger, open_ref, close_ref);
	if (pair)
		atomic_store_explicit(&met[number], pair, memory_order_release);
	return pair;
}

/* One more of a pair. NULL: no room. */
static struct ledger_pair *pair_count(const struct recorder *recorder, uint32_t open_ref,
				      uint32_t close_ref, unsigned int call, unsigned int kind)
{
	struct ledger_pair *pair = pair_at(recorder, open_ref, close_ref);

	if (!pair) {
		ledger_lose(recorder->ledger, LOSS_EVENTS);
		return NULL;
	}
	LEDGER_COUNT(pair->count);
	/* Several threads may find it new, and have the same to say. */
	if (__builtin_expect(!__atomic_load_n(&pair->call, __ATOMIC_RELAXED), 0)) {
		atomic_fetch_or_explicit(&recorder->process->holders, HOLDERS_NAMED,
					 memory_order_relaxed);
		__atomic_store_n(&pair->process, recorder->process_index, __ATOMIC_RELAXED);
		__atomic_store_n(&pair->kind, (uint8_t)kind, __ATOMIC_RELAXED);
		__atomic_store_n(&pair->call, (uint16_t)call, __ATOMIC_RELEASE);
	}
	return pair;
}

/* What the program meant to stay open is not lost, whoever closes it. */
static void kept_count(const struct recorder *recorder, struct ledger_pair *pair,
		       struct ledger_slot *slot)
{
	struct ledger_note *note = ledger_slot_note(recorder->ledger, slot, false);

	if (note && LEDGER_LOAD(note->keep_ref) != 0)
		LEDGER_COUNT(pair->kept_count);
}

DIRECT void recorder_pair_closed(const struct recorder *recorder, const struct release *release,
				 uint32_t stack_ref, uint32_t tid)
{
	struct ledger_slot *slot = release->slot;
	uint32_t end = LEDGER_LOAD(slot->facts) / FACT_SECOND_END & PAIR_SECOND_END;
	struct ledger_pair *pair = pair_count(recorder, release->opened_stack_ref, stack_ref | end,
					      slot_call(release->word), slot_kind(release->word));
	uint32_t opened_tid, scope_ref;

	if (!pair)
		return;
	opened_tid = LEDGER_LOAD(slot->opened_tid);
	scope_ref = LEDGER_LOAD(slot->scope_ref);
	if (__builtin_expect(opened_tid != tid, 0))
		__atomic_store_n(&pair->has_crossed, 1, __ATOMIC_RELAXED);
	LEDGER_STORE(pair->last_fd, (uint32_t)release->fd);
	LEDGER_STORE(pair->last_tid, opened_tid);
	LEDGER_STORE(pair->last_facts, LEDGER_LOAD(slot->facts));
	LEDGER_STORE(pair->last_scope_ref, scope_ref);
	if (__builtin_expect(scope_ref & SCOPE_IS_NOTE, 0))
		kept_count(recorder, pair, slot);
	LEDGER_STORE(pair->last_opened_ns, LEDGER_LOAD(slot->opened_ns));
	LEDGER_STORE(pair->last_closed_ns, ledger_now_coarse_ns(recorder->ledger));
}

void recorder_pair_freed(const struct recorder *recorder, const struct ledger_block *block,
			 uint32_t free_ref)
{
	struct ledger_pair *pair =
		pair_count(recorder, block->stack_ref, free_ref, block->call, block->kind);

	if (!pair)
		return;
	LEDGER_STORE(pair->last_fd, UINT32_MAX);
	LEDGER_STORE(pair->last_tid, block->tid);
	LEDGER_STORE(pair->last_opened_ns, block->made_ns);
	LEDGER_STORE(pair->last_closed_ns, ledger_now_coarse_ns(recorder->ledger));
}
