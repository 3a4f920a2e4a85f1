/* SPDX-License-Identifier: MIT */
/*
 * A hash table from keys of two words to a number, for the judge: a million
 * descriptors are looked up by place, fact and identity.
 *
 * Memory comes from a report and goes with it. Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_LOOKUP_H
#define UNCLOSED_MODEL_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;

struct lookup_entry {
	uint64_t high, low; /* the key */
	uint32_t value;
	uint32_t round; /* the entry is used when this is the table's */
};

struct lookup {
	struct lookup_entry *entries;
	size_t capacity; /* 0, or a power of two */
	size_t count;
	uint32_t round;
};

/*
 * The value stored for a key; a new key gets `value`, and *ret_is_new is set.
 * The pointer is good until the next call.
 */
uint32_t *lookup_put(struct lookup *lookup, struct report *report, uint64_t high, uint64_t low,
		     uint32_t value, bool *ret_is_new);

/* The value stored for a key, or NULL. */
uint32_t *lookup_get(const struct lookup *lookup, uint64_t high, uint64_t low);

/* Forget all keys and keep the memory. Costs nothing. */
void lookup_clear(struct lookup *lookup);

/* Mix words into a hash; for keys that do not fit two words. */
uint64_t hash_mix(uint64_t hash, uint64_t word);

#endif
