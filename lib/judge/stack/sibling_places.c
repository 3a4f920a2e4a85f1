/* SPDX-License-Identifier: MIT */
/*
 * A place where something leaked is also where others were opened that were closed:
 * in other processes of the program, which have backtraces of their own in the
 * ledger; and at other addresses of the same lines, where a compiler unrolled a loop
 * or cloned a function. Reading every backtrace would take minutes in a large
 * ledger. Those are read that differ from a leak's in no more than two neighbours:
 * an unrolled call, or a clone and the call of it.
 */
#include "judge/stack/stack.h"

struct kin {
	struct lookup calls;  /* that made what leaked */
	struct lookup masked; /* places of leaks, without one or two neighbours */
};

struct mask {
	size_t from, width;
};

static uint64_t mask_hash(const struct place *place, struct mask mask, uint64_t hash)
{
	hash = hash_mix(hash_mix(hash, place->spot_count), mask.from << 2 | mask.width);
	for (size_t i = 0; i < place->spot_count; i++)
		if (i < mask.from || i >= mask.from + mask.width)
			hash = hash_mix(hash_mix(hash, place->spots[i].module),
					place->spots[i].offset);
	return hash;
}

/* The next mask of a place; the first one is that with no width. */
static bool mask_next(const struct place *place, struct mask *mask)
{
	if (++mask->width > 2) {
		mask->width = 1;
		mask->from++;
	}
	return mask->from + mask->width <= place->spot_count ||
	       (mask->width == 2 && mask_next(place, mask));
}

static void leak_add(struct judge *judge, struct kin *kin, const struct group *group)
{
	const struct place *place = &judge->places[group->place];
	struct mask mask = { 0 };
	bool is_new;

	(void)lookup_put(&kin->calls, judge->report, group->call, 0, 0, &is_new);
	while (!place->text && mask_next(place, &mask))
		(void)lookup_put(&kin->masked, judge->report, mask_hash(place, mask, 1),
				 mask_hash(place, mask, 7), 0, &is_new);
}

static bool is_near_leak(const struct kin *kin, const struct place *place)
{
	struct mask mask = { 0 };

	while (!place->text && mask_next(place, &mask))
		if (lookup_get(&kin->masked, mask_hash(place, mask, 1), mask_hash(place, mask, 7)))
			return true;
	return false;
}

static void stack_look(struct judge *judge, uint32_t stack_ref, const struct ledger_stack *stack,
		       void *data)
{
	const struct kin *kin = data;
	uint32_t ref = atomic_load_explicit(&stack->pairs_ref, memory_order_relaxed), number;
	const struct ledger_pair *pair = ledger_at(judge->ledger, ref, sizeof(*pair));

	if (!pair || !lookup_get(&kin->calls, pair->call, 0))
		return;
	number = place_of(judge, stack_ref); /* the same place is one already */
	if (number != NONE && !judge->places[number].alike &&
	    is_near_leak(kin, &judge->places[number]))
		(void)place_alike(judge, number);
}

void kin_find(struct judge *judge)
{
	struct kin kin = { 0 };

	for (uint32_t i = 0; i < judge->group_count; i++)
		if (judge->groups[i].finding.type == FINDING_LEAK && judge->groups[i].place != NONE)
			leak_add(judge, &kin, &judge->groups[i]);
	if (kin.calls.count > 0)
		stacks_visit(judge, stack_look, &kin);
}
