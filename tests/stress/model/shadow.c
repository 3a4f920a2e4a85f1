/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <unwind.h>

static uint64_t mix(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

uint64_t actor_random(struct actor *actor)
{
	actor->random += UINT64_C(0x9e3779b97f4a7c15);
	return mix(actor->random);
}

unsigned int actor_below(struct actor *actor, unsigned int limit)
{
	return limit ? (unsigned int)(actor_random(actor) % limit) : 0;
}

void actor_seed(struct actor *actor, uint64_t seed, uint64_t lineage, uint64_t step)
{
	actor->random = mix(mix(mix(seed) ^ lineage) ^ (step << 8 | actor->id));
}

int shadow_pick(struct shadow *shadow, struct actor *actor)
{
	uint32_t count = shadow_count(shadow, actor), wanted;

	if (!count)
		return -1;
	wanted = actor_below(actor, count);
	for (uint32_t word = 0; word < NUMBERS_MAX / 64; word++) {
		uint64_t bits = actor->open[word];
		uint32_t here = (uint32_t)__builtin_popcountll(bits);

		if (wanted >= here) {
			wanted -= here;
			continue;
		}
		while (wanted--)
			bits &= bits - 1;
		return (int)(word * 64 + (uint32_t)__builtin_ctzll(bits));
	}
	return -1;
}

uint32_t shadow_count(const struct shadow *shadow, const struct actor *actor)
{
	uint32_t count = 0;

	(void)shadow; /* the numbers are the actor's */
	for (uint32_t word = 0; word < NUMBERS_MAX / 64; word++)
		count += (uint32_t)__builtin_popcountll(actor->open[word]);
	return count;
}

struct entry *shadow_add(struct shadow *shadow, struct actor *actor, int fd)
{
	struct entry *entry = &shadow->entries[fd];
	uint32_t limit = __atomic_load_n(&shadow->entry_limit, __ATOMIC_RELAXED);

	*entry = (struct entry){ .is_open = true, .is_new = true, .actor = (uint8_t)actor->id,
				 .owner = shadow->process, .tid = actor->tid,
				 .origin = DESCRIPTOR_OWN, .here = actor->here };
	actor->open[fd / 64] |= UINT64_C(1) << fd % 64;
	while (limit < (uint32_t)fd + 1 &&
	       !__atomic_compare_exchange_n(&shadow->entry_limit, &limit, (uint32_t)fd + 1, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return entry;
}

void shadow_remove(struct shadow *shadow, struct actor *actor, int fd)
{
	shadow->entries[fd].is_open = false;
	actor->open[fd / 64] &= ~(UINT64_C(1) << fd % 64);
}

void shadow_inherit(struct shadow *shadow, bool has_crossed_exec)
{
	for (uint32_t fd = 0; fd < shadow->entry_limit; fd++) {
		struct entry *entry = &shadow->entries[fd];

		if (!entry->is_open || entry->origin == DESCRIPTOR_OUTSIDE)
			continue;
		entry->origin = DESCRIPTOR_INHERITED;
		entry->has_crossed_exec |= has_crossed_exec;
	}
}

static _Unwind_Reason_Code here_frame(struct _Unwind_Context *context, void *data)
{
	struct here *here = data;

	if (_Unwind_GetIP(context) == 0)
		return _URC_END_OF_STACK;
	/* The first frame is here_take() itself. */
	if (here->depth == 1)
		here->frames[0] = _Unwind_GetRegionStart(context);
	else if (here->depth > 1)
		here->frames[here->depth - 1] = _Unwind_GetIP(context);
	return ++here->depth > HERE_FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

void here_take(struct here *ret_here)
{
	*ret_here = (struct here){ .depth = 0 };
	(void)_Unwind_Backtrace(here_frame, ret_here); /* says END_OF_STACK in either case */
	ret_here->depth--;
}
