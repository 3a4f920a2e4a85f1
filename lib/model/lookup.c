/* SPDX-License-Identifier: MIT */
/* A hash table with open addressing, from two words to a number. */
#include "model/lookup.h"

#include "model/model.h"

#define CAPACITY_FIRST 64

uint64_t hash_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* The entry of a key, or the free one where it belongs. There is always a free one. */
static struct lookup_entry *entry_find(const struct lookup *lookup, uint64_t high, uint64_t low)
{
	size_t mask = lookup->capacity - 1;
	size_t at = hash_mix(hash_mix(1, high), low) & mask;

	while (lookup->entries[at].round == lookup->round &&
	       (lookup->entries[at].high != high || lookup->entries[at].low != low))
		at = (at + 1) & mask;
	return &lookup->entries[at];
}

static void lookup_grow(struct lookup *lookup, struct report *report)
{
	struct lookup old = *lookup;

	lookup->capacity = old.capacity ? old.capacity * 2 : CAPACITY_FIRST;
	lookup->entries = report_alloc(report, lookup->capacity * sizeof(*lookup->entries));
	lookup->round = 1;
	for (size_t i = 0; i < old.capacity; i++) {
		const struct lookup_entry *entry = &old.entries[i];
		struct lookup_entry *moved;

		if (entry->round != old.round)
			continue;
		moved = entry_find(lookup, entry->high, entry->low);
		*moved = *entry;
		moved->round = lookup->round;
	}
}

uint32_t *lookup_put(struct lookup *lookup, struct report *report, uint64_t high, uint64_t low,
		     uint32_t value, bool *ret_is_new)
{
	struct lookup_entry *entry;

	if (lookup->count * 4 >= lookup->capacity * 3)
		lookup_grow(lookup, report);
	entry = entry_find(lookup, high, low);
	*ret_is_new = entry->round != lookup->round;
	if (*ret_is_new) {
		*entry = (struct lookup_entry){ high, low, value, lookup->round };
		lookup->count++;
	}
	return &entry->value;
}

uint32_t *lookup_get(const struct lookup *lookup, uint64_t high, uint64_t low)
{
	struct lookup_entry *entry;

	if (!lookup->count)
		return NULL;
	entry = entry_find(lookup, high, low);
	return entry->round == lookup->round ? &entry->value : NULL;
}

void lookup_clear(struct lookup *lookup)
{
	lookup->count = 0;
	lookup->round++;
}
