/* SPDX-License-Identifier: MIT */
/* Sparse arrays by number: leaves of entries, made when they are first needed. */
#include "ledger/ledger.h"

void *ledger_made_at(struct ledger *ledger, ledger_u32 *entry, size_t size, bool is_create)
{
	uint32_t ref = atomic_load_explicit(entry, memory_order_acquire);

	if (ref == 0 && is_create) {
		uint32_t made = ledger_record_alloc(ledger, size);

		if (!made)
			return NULL;
		if (atomic_compare_exchange_strong_explicit(entry, &ref, made, memory_order_acq_rel,
							    memory_order_acquire))
			ref = made;
		else
			ledger_record_free(ledger, made, size);
	}
	return ledger_at(ledger, ref, size);
}

/* The reference of a leaf behind the direct ones. */
static ledger_u32 *leaf_ref(struct ledger *ledger, struct ledger_index *index, uint32_t behind,
			    bool is_create)
{
	ledger_u32 *ref = &index->root_ref;

	for (unsigned int level = LEDGER_NODE_LEVELS; level-- > 0;) {
		ledger_u32 *node = ledger_made_at(ledger, ref, LEDGER_NODE_REFS * sizeof(uint32_t),
						  is_create);

		if (!node)
			return NULL;
		ref = &node[behind >> level * LEDGER_NODE_SHIFT & (LEDGER_NODE_REFS - 1)];
	}
	return ref;
}

void *ledger_index_at(struct ledger *ledger, struct ledger_index *index, uint32_t number,
		      uint32_t entry_size, uint32_t leaf_size, bool is_create)
{
	uint32_t per_leaf = leaf_size / entry_size;
	uint32_t leaf = number / per_leaf;
	ledger_u32 *ref;
	uint8_t *entries;

	if (leaf >= LEDGER_INDEX_LEAVES)
		return NULL;
	ref = leaf < LEDGER_INDEX_DIRECT ?
		      &index->direct[leaf] :
		      leaf_ref(ledger, index, leaf - LEDGER_INDEX_DIRECT, is_create);
	entries = ref ? ledger_made_at(ledger, ref, leaf_size, is_create) : NULL;
	return entries ? entries + (size_t)(number % per_leaf) * entry_size : NULL;
}

ledger_u32 *ledger_index_leaf(struct ledger *ledger, struct ledger_index *index, uint32_t leaf)
{
	if (leaf >= LEDGER_INDEX_LEAVES)
		return NULL;
	return leaf < LEDGER_INDEX_DIRECT
		       ? &index->direct[leaf]
		       : leaf_ref(ledger, index, leaf - LEDGER_INDEX_DIRECT, false);
}

/* `level` nodes below this reference; at 0 it is a leaf's. */
static void branch_free(struct ledger *ledger, uint32_t ref, unsigned int level, uint32_t leaf_size)
{
	uint32_t size = level ? LEDGER_NODE_REFS * sizeof(uint32_t) : leaf_size;
	const ledger_u32 *node = level && ref ? ledger_at(ledger, ref, size) : NULL;

	for (uint32_t i = 0; node && i < LEDGER_NODE_REFS; i++)
		branch_free(ledger, LEDGER_LOAD(node[i]), level - 1, leaf_size);
	if (ref)
		ledger_record_free(ledger, ref, size);
}

void ledger_index_free(struct ledger *ledger, struct ledger_index *index, uint32_t leaf_size)
{
	for (uint32_t i = 0; i < LEDGER_INDEX_DIRECT; i++)
		branch_free(ledger, LEDGER_LOAD(index->direct[i]), 0, leaf_size);
	branch_free(ledger, LEDGER_LOAD(index->root_ref), LEDGER_NODE_LEVELS, leaf_size);
}

/*
 * Behind the direct ones: the first leaf from `behind` on that has been made.
 * A node that was not made stands for all leaves that would hang from it.
 */
static uint32_t leaf_next(struct ledger *ledger, struct ledger_index *index, uint32_t behind)
{
	while (behind < LEDGER_INDEX_LEAVES - LEDGER_INDEX_DIRECT) {
		ledger_u32 *ref = &index->root_ref;
		unsigned int level = LEDGER_NODE_LEVELS;
		uint32_t span;

		while (level > 0 && atomic_load_explicit(ref, memory_order_acquire)) {
			ledger_u32 *node = ledger_made_at(
				ledger, ref, LEDGER_NODE_REFS * sizeof(uint32_t), false);

			if (!node)
				return UINT32_MAX;
			level--;
			ref = &node[behind >> level * LEDGER_NODE_SHIFT & (LEDGER_NODE_REFS - 1)];
		}
		if (level == 0 && atomic_load_explicit(ref, memory_order_acquire))
			return behind;
		span = UINT32_C(1) << level * LEDGER_NODE_SHIFT;
		behind = (behind & ~(span - 1)) + span;
	}
	return UINT32_MAX;
}

uint32_t ledger_index_next(struct ledger *ledger, struct ledger_index *index, uint32_t number,
			   uint32_t per_leaf)
{
	uint32_t leaf = number / per_leaf, behind;

	for (uint32_t i = leaf; i < LEDGER_INDEX_DIRECT; i++)
		if (atomic_load_explicit(&index->direct[i], memory_order_acquire))
			return i == leaf ? number : i * per_leaf;
	behind = leaf > LEDGER_INDEX_DIRECT ? leaf - LEDGER_INDEX_DIRECT : 0;
	behind = leaf_next(ledger, index, behind);
	if (behind == UINT32_MAX)
		return UINT32_MAX;
	return behind + LEDGER_INDEX_DIRECT == leaf ? number
						    : (behind + LEDGER_INDEX_DIRECT) * per_leaf;
}
