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

/* Of a script the innermost frame is the interpreter's, whatever the line. */
static bool has_line(const struct place *place)
{
	return place->spot_count > 0 && !place->text;
}

/* The line of a place, in closed_by_line: `end` is ENDS_FIRST or ENDS_SECOND. */
static uint64_t line_hash(const struct place *place, unsigned int call, unsigned int end)
{
	return hash_mix(hash_mix(hash_mix(place->spots[0].offset, place->spots[0].module), call),
			end);
}

static uint32_t *line_count(struct judge *judge, const struct place *place, unsigned int call,
			    unsigned int end)
{
	return lookup_get(&judge->closed_by_line, line_hash(place, call, end),
			  place->spots[0].offset);
}

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

	for (unsigned int end = ENDS_FIRST; has_line(place) && end <= ENDS_SECOND; end++)
		(void)lookup_put(&judge->closed_by_line, judge->report,
				 line_hash(place, group->call, end), place->spots[0].offset, 0,
				 &is_new);
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

/* What one stack has opened and was closed counts for its line, where something of that leaked. */
static void line_add(struct judge *judge, const struct place *place, uint32_t ref)
{
	const struct ledger_pair *pair;

	for (; has_line(place) && (pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1);
	     ref = pair->next_ref) {
		uint32_t *count =
			line_count(judge, place, pair->call,
				   pair->close_ref & PAIR_SECOND_END ? ENDS_SECOND : ENDS_FIRST);
		uint64_t closed = ledger_pair_count(pair);

		if (count)
			*count = closed < UINT32_MAX - *count ? *count + (uint32_t)closed
							      : UINT32_MAX;
	}
}

uint64_t closed_at_line(struct judge *judge, const struct group *group)
{
	const struct place *place = &judge->places[group->place];
	unsigned int ends = group->ends ? group->ends : ENDS_ALL;
	uint64_t sum = 0;

	for (unsigned int end = ENDS_FIRST; has_line(place) && end <= ENDS_SECOND; end++) {
		const uint32_t *count = line_count(judge, place, group->call, end);

		sum += count && ends & end ? *count : 0;
	}
	return sum;
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
	if (number != NONE)
		line_add(judge, &judge->places[number], ref);
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
