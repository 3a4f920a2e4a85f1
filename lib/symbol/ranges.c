/* SPDX-License-Identifier: MIT */
/* Address ranges, sorted once and found by address. */
#include "symbol/ranges.h"

#include <errno.h>
#include <stdlib.h>

#define RANGES_MOST (16u * 1024u * 1024u)

void ranges_fini(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){ 0 };
}

int ranges_add(struct ranges *ranges, uint64_t low, uint64_t high, uint64_t value)
{
	if (low >= high)
		return 0;
	if (ranges->count == RANGES_MOST)
		return -E2BIG;
	if (ranges->count == ranges->room) {
		size_t room = ranges->room ? 2 * ranges->room : 64;
		struct range *items = reallocarray(ranges->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		ranges->items = items;
		ranges->room = room;
	}
	ranges->items[ranges->count++] = (struct range){ low, high, 0, value };
	return 0;
}

static int range_compare(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->high != b->high)
		return a->high > b->high ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

void ranges_seal(struct ranges *ranges)
{
	uint64_t highest = 0;

	if (ranges->count)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), range_compare);
	for (size_t i = 0; i < ranges->count; i++) {
		if (ranges->items[i].high > highest)
			highest = ranges->items[i].high;
		ranges->items[i].highest = highest;
	}
}

/* How many of the first `count` ranges begin at or below `address`. */
static size_t ranges_begun(const struct ranges *ranges, uint64_t address, size_t count)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->items[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

ptrdiff_t ranges_find(const struct ranges *ranges, uint64_t address, size_t before)
{
	size_t at = ranges_begun(ranges, address, before);

	while (at-- > 0 && ranges->items[at].highest > address)
		if (ranges->items[at].high > address)
			return (ptrdiff_t)at;
	return -1;
}
