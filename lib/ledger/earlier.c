/* SPDX-License-Identifier: MIT */
/*
 * What a number was before: kept only where a fork may ask for it. A server that
 * forks for each connection gets the same number again and again, while the
 * children live on with the earlier ones.
 */
#include <string.h>

#include "ledger/earlier.h"

/* A longer list is taken for a damaged ledger. */
#define EARLIER_MAX 1000000

static uint32_t load(const ledger_u32 *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static struct ledger_earlier *earlier_at(struct ledger *ledger, const ledger_u32 *ref)
{
	return ledger_at(ledger, atomic_load_explicit(ref, memory_order_acquire),
			 sizeof(struct ledger_earlier));
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
	/* Before the slot changes: whoever reads meanwhile finds the one or the other. */
	atomic_store_explicit(&slot->earlier_ref, ref, memory_order_release);
	return true;
}

enum lookup earlier_lookup(struct ledger *ledger, const struct ledger_slot *slot, uint32_t tick,
			   struct ledger_slot **ret_slot)
{
	struct ledger_earlier *earlier = earlier_at(ledger, &slot->earlier_ref);

	for (unsigned int i = 0; earlier && i < EARLIER_MAX; i++) {
		struct ledger_slot *was = &earlier->slot;

		if (load(&was->facts) & FACT_INHERITED)
			return load(&was->closed_fork) >= tick ? LOOKUP_ABOVE : LOOKUP_CLOSED;
		if (load(&was->opened_fork) < tick) {
			*ret_slot = was;
			return load(&was->closed_fork) >= tick ? LOOKUP_OPEN : LOOKUP_CLOSED;
		}
		earlier = earlier_at(ledger, &was->earlier_ref);
	}
	return LOOKUP_ABOVE;
}
