/* SPDX-License-Identifier: MIT */
/*
 * Address ranges with a value each, found by address.
 *
 * Ranges may overlap and nest. Add all, seal once, then search.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_RANGES_H
#define UNCLOSED_SYMBOL_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t low;
	uint64_t high;    /* the first address behind it */
	uint64_t highest; /* the largest `high` up to and with this one; set by sealing */
	uint64_t value;
};

/* All zero is an empty table. */
struct ranges {
	struct range *items;
	size_t count;
	size_t room;
};

void ranges_fini(struct ranges *ranges);

/*
 * Add [low, high). Empty ranges are left out. Returns 0; -ENOMEM; -E2BIG above
 * sixteen million ranges, more than any real file has.
 */
int ranges_add(struct ranges *ranges, uint64_t low, uint64_t high, uint64_t value);

/* Sort. To be called after the last ranges_add and before ranges_find. */
void ranges_seal(struct ranges *ranges);

/*
 * Index of a range that covers `address`, the one with the highest start first;
 * `before` is where to go on: ranges->count at first, then the last index
 * returned. Returns -1 when there is no further one.
 */
ptrdiff_t ranges_find(const struct ranges *ranges, uint64_t address, size_t before);

#endif
