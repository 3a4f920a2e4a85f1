/* SPDX-License-Identifier: MIT */
/*
 * What a number was before: kept only where a fork may ask for it. A server that
 * forks for each connection gets the same number again and again, while the
 * children live on with the earlier ones.
 */
#include <string.h>

#include "ledger/earlier.h"

/* A search that takes more steps goes through a damaged ledger: 64 bits of length take 192. */
#define STEPS_MAX 256

static uint32_t load(const ledger_u32 *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static struct ledger_earlier *earlier_at(struct ledger *ledger, uint32_t ref)
{
	return ledger_at(ledger, ref, sizeof(struct ledger_earlier));
}

static uint32_t next_of(const struct ledger_slot *slot)
{
	return atomic_load_explicit(&slot->earlier_ref, memory_order_acquire);
}

/*
 * Where the record in front of `next_ref` jumps to: over two jumps of one length,
 * else to the next (Myers, "An applicative random-access stack", 1983).
 */
static void jump_set(struct ledger *ledger, struct ledger_earlier *earlier, uint32_t next_ref)
{
	const struct ledger_earlier *next = earlier_at(ledger, next_ref);
	const struct ledger_earlier *first = next ? earlier_at(ledger, next->jump_ref) : NULL;
	const struct ledger_earlier *second = first ? earlier_at(ledger, first->jump_ref) : NULL;

	earlier->jump_ref = next_ref;
	earlier->length = next ? next->length + 1 : 1;
	if (second && next->length - first->length == first->length - second->length)
		earlier->jump_ref = first->jump_ref;
}

/* Two openings of one number may be recorded at once, when a wrong close lies between. */
static void slot_copy(struct ledger_slot *to, const struct ledger_slot *from)
{
	uint32_t words[sizeof(*to) / sizeof(uint32_t)];
	const ledger_u32 *at = (const void *)from;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = load(&at[i]);
	memcpy(to, words, sizeof(words));
}

bool ledger_slot_keep(struct ledger *ledger, struct ledger_slot *slot, uint32_t now_fork)
{
	uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
	uint32_t closed_fork = slot_state(word) == SLOT_CLOSED ? load(&slot->closed_fork) :
								 now_fork;
	struct ledger_earlier *earlier;
	uint32_t ref;

	/* No fork saw it open, nor needs to know that an inherited number was closed. */
	if (slot_state(word) == SLOT_NONE || (load(&slot->opened_fork) >= closed_fork &&
					      !(load(&slot->facts) & FACT_INHERITED)))
		return true;
	ref = ledger_record_alloc(ledger, sizeof(*earlier));
	earlier = ledger_at(ledger, ref, sizeof(*earlier));
	if (!earlier)
		return false;
	slot_copy(&earlier->slot, slot);
	earlier->slot.closed_fork = closed_fork;
	jump_set(ledger, earlier, next_of(slot));
	/* Before the slot changes: whoever reads meanwhile finds the one or the other. */
	atomic_store_explicit(&slot->earlier_ref, ref, memory_order_release);
	return true;
}

/* Inherited numbers were open from the start. */
static bool is_after(const struct ledger_earlier *earlier, uint32_t tick)
{
	return load(&earlier->slot.opened_fork) >= tick &&
	       !(load(&earlier->slot.facts) & FACT_INHERITED);
}

enum lookup earlier_lookup(struct ledger *ledger, const struct ledger_slot *slot, uint32_t tick,
			   struct ledger_slot **ret_slot)
{
	struct ledger_earlier *earlier = earlier_at(ledger, next_of(slot)), *jump;

	/* To the last one that was opened before the tick. */
	for (unsigned int i = 0; earlier && i < STEPS_MAX && is_after(earlier, tick); i++) {
		jump = earlier_at(ledger, earlier->jump_ref);
		earlier = jump && is_after(jump, tick) ?
				  jump :
				  earlier_at(ledger, next_of(&earlier->slot));
	}
	if (!earlier || is_after(earlier, tick))
		return LOOKUP_ABOVE;
	*ret_slot = &earlier->slot;
	if (load(&earlier->slot.closed_fork) < tick)
		return LOOKUP_CLOSED;
	return load(&earlier->slot.facts) & FACT_INHERITED ? LOOKUP_ABOVE : LOOKUP_OPEN;
}
