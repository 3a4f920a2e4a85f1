/* SPDX-License-Identifier: MIT */
/* Interned backtraces, their texts, and pairs of where something was opened and closed. */
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/walk.h"

/*
 * Two independent multiplication chains keep the multiplier busy: 26 counters
 * take about 15 ns, where one chain takes twice that.
 */
uint64_t ledger_stack_hash(const uint64_t *pcs, unsigned int depth)
{
	uint64_t even = UINT64_C(0x9e3779b97f4a7c15) + depth, odd = UINT64_C(0xc2b2ae3d27d4eb4f);
	unsigned int i;

	for (i = 0; i + 1 < depth; i += 2) {
		even = (even ^ pcs[i]) * UINT64_C(0xff51afd7ed558ccd);
		odd = (odd ^ pcs[i + 1]) * UINT64_C(0xc4ceb9fe1a85ec53);
		even ^= even >> 32;
		odd ^= odd >> 32;
	}
	if (i < depth)
		even = (even ^ pcs[i]) * UINT64_C(0xff51afd7ed558ccd);
	even ^= odd * UINT64_C(0x9e3779b97f4a7c15);
	return even ^ even >> 29;
}

struct ledger_stack *ledger_stack_at(struct ledger *ledger, uint32_t ref)
{
	struct ledger_stack *stack = ledger_at(ledger, ref, sizeof(*stack));

	if (!stack || stack->depth > LEDGER_DEPTH_MAX ||
	    !ledger_at(ledger, ref, sizeof(*stack) + stack->depth * sizeof(stack->pcs[0])))
		return NULL;
	return stack;
}

struct stack_key {
	uint32_t hash;
	uint32_t epoch;
	const uint64_t *pcs;
	unsigned int depth;
	uint32_t text_ref;
};

static bool stack_has_key(const struct ledger_stack *stack, const struct stack_key *key)
{
	return stack->hash == key->hash && stack->epoch == key->epoch &&
	       stack->depth == key->depth && stack->text_ref == key->text_ref &&
	       memcmp(stack->pcs, key->pcs, key->depth * sizeof(key->pcs[0])) == 0;
}

/* Look through a list from `ref` up to, not including, `end`. */
static uint32_t stack_find(struct ledger *ledger, uint32_t ref, uint32_t end,
			   const struct stack_key *key)
{
	struct ledger_walk walk = { 0 };

	while (ref != end && walk_goes_on(&walk, ref)) {
		struct ledger_stack *stack = ledger_stack_at(ledger, ref);

		if (!stack)
			return 0;
		if (stack_has_key(stack, key))
			return ref;
		ref = stack->next_ref;
	}
	return 0;
}

ledger_u32 *ledger_stack_bucket(struct ledger *ledger, struct ledger_image *image, uint32_t number,
				bool is_create)
{
	static const uint32_t per_shelf = LEDGER_STACK_BUCKETS / LEDGER_STACK_SHELVES;
	ledger_u32 *shelves, *shelf;

	shelves = ledger_made_at(ledger, &image->shelves_ref,
				 LEDGER_STACK_SHELVES * sizeof(ledger_u32), is_create);
	if (!shelves)
		return NULL;
	shelf = ledger_made_at(ledger, &shelves[number / per_shelf], per_shelf * sizeof(ledger_u32),
			       is_create);
	return shelf ? &shelf[number % per_shelf] : NULL;
}

/* Another list in each epoch: else the first find in a new one looks through all of them. */
static uint64_t hash_in_epoch(uint64_t hash, uint32_t epoch)
{
	return hash ^ epoch * UINT64_C(0xd6e8feb86659fd93);
}

static uint64_t hash_with_text(const struct ledger_stack *stack, uint32_t text_ref)
{
	return ledger_stack_hash(stack->pcs, stack->depth) ^
	       text_ref * UINT64_C(0x9e3779b97f4a7c15);
}

uint32_t ledger_stack_sum(const struct ledger_stack *stack)
{
	return (uint32_t)hash_in_epoch(hash_with_text(stack, stack->text_ref), stack->epoch);
}

/* Find the record of a key, or add it. */
static uint32_t stack_put(struct ledger *ledger, uint32_t image_ref, struct stack_key *key,
			  uint64_t hash, unsigned int flags, bool *ret_is_new)
{
	struct ledger_image *image = ledger_at(ledger, image_ref, sizeof(*image));
	size_t size = sizeof(struct ledger_stack) + key->depth * sizeof(key->pcs[0]);
	ledger_u32 *head;
	struct ledger_stack *stack;
	uint32_t first, searched = 0, found, ref;

	hash = hash_in_epoch(hash, key->epoch);
	key->hash = (uint32_t)hash;
	head = ledger_stack_bucket(ledger, image, (hash >> 32) % LEDGER_STACK_BUCKETS, true);
	if (!head)
		return 0;
	first = atomic_load_explicit(head, memory_order_acquire);
	found = stack_find(ledger, first, 0, key);
	if (found)
		return found;

	ref = ledger_record_alloc(ledger, size);
	stack = ledger_at(ledger, ref, size);
	if (!stack)
		return 0;
	stack->hash = key->hash;
	stack->image_ref = image_ref;
	stack->epoch = key->epoch;
	stack->depth = (uint16_t)key->depth;
	stack->flags = (uint16_t)flags;
	stack->text_ref = key->text_ref;
	memcpy(stack->pcs, key->pcs, key->depth * sizeof(key->pcs[0]));
	do {
		/* Only what was put in front meanwhile can be the same; the record is lost then. */
		found = stack_find(ledger, first, searched, key);
		if (found)
			return found;
		searched = first;
		stack->next_ref = first;
	} while (!atomic_compare_exchange_weak_explicit(head, &first, ref, memory_order_release,
							memory_order_acquire));
	atomic_fetch_add_explicit(&image->stack_count, 1, memory_order_relaxed);
	*ret_is_new = true;
	return ref;
}

uint32_t ledger_stack_intern(struct ledger *ledger, uint32_t image_ref, const uint64_t *pcs,
			     unsigned int depth, unsigned int flags, bool *ret_is_new)
{
	struct ledger_image *image = ledger_at(ledger, image_ref, sizeof(*image));
	struct stack_key key = { .pcs = pcs, .depth = depth };

	*ret_is_new = false;
	if (!image)
		return 0;
	key.epoch = atomic_load_explicit(&image->epoch, memory_order_relaxed);
	return stack_put(ledger, image_ref, &key, ledger_stack_hash(pcs, depth), flags, ret_is_new);
}

uint32_t ledger_stack_intern_text(struct ledger *ledger, uint32_t stack_ref, uint32_t text_ref)
{
	const struct ledger_stack *native = ledger_stack_at(ledger, stack_ref);
	struct stack_key key;
	uint64_t hash;
	bool is_new;

	if (!native || !ledger_at(ledger, native->image_ref, sizeof(struct ledger_image)))
		return 0;
	key = (struct stack_key){ .epoch = native->epoch,
				  .pcs = native->pcs,
				  .depth = native->depth,
				  .text_ref = text_ref };
	hash = hash_with_text(native, text_ref);
	return stack_put(ledger, native->image_ref, &key, hash, native->flags, &is_new);
}

static struct ledger_pair *pair_find(struct ledger *ledger, uint32_t ref, uint32_t end,
				     uint32_t close_ref)
{
	struct ledger_walk walk = { 0 };

	while (ref != end && walk_goes_on(&walk, ref)) {
		struct ledger_pair *pair = ledger_at(ledger, ref, sizeof(*pair));

		if (!pair || pair->close_ref == close_ref)
			return pair;
		ref = pair->next_ref;
	}
	return NULL;
}

struct ledger_pair *ledger_pair_find(struct ledger *ledger, uint32_t open_ref, uint32_t close_ref)
{
	struct ledger_stack *open = ledger_stack_at(ledger, open_ref);

	return open ? pair_find(ledger,
				atomic_load_explicit(&open->pairs_ref, memory_order_acquire), 0,
				close_ref)
		    : NULL;
}

struct ledger_pair *ledger_pair_at(struct ledger *ledger, uint32_t open_ref, uint32_t close_ref)
{
	struct ledger_stack *open = ledger_stack_at(ledger, open_ref);
	uint32_t first, searched = 0, ref = 0;
	struct ledger_pair *pair, *made = NULL;

	if (!open)
		return NULL;
	first = atomic_load_explicit(&open->pairs_ref, memory_order_acquire);
	for (;;) {
		pair = pair_find(ledger, first, searched, close_ref);
		if (pair)
			break;
		if (!made) {
			ref = ledger_record_alloc(ledger, sizeof(*made));
			made = ledger_at(ledger, ref, sizeof(*made));
			if (!made)
				return NULL;
			made->open_stack_ref = open_ref;
			made->close_ref = close_ref;
		}
		searched = first;
		made->next_ref = first;
		if (atomic_compare_exchange_weak_explicit(&open->pairs_ref, &first, ref,
							  memory_order_release,
							  memory_order_acquire)) {
			pair = made;
			break;
		}
	}
	return pair;
}
