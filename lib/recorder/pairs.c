/* SPDX-License-Identifier: MIT */
/* Pairs of an opening and a closing stack, and what the latest descriptor of each was. */
#include "recorder/pairs.h"

/* One that is not remembered where it should be, or by a writer that remembers none. */
static __attribute__((noinline, cold)) struct ledger_pair *
pair_look_up(const struct recorder *recorder, _Atomic(struct ledger_pair *) *met, uint32_t open_ref,
	     uint32_t close_ref)
{
	struct ledger_pair *pair = ledger_pair_at(recorder->ledger, open_ref, close_ref);

	if (!pair)
		ledger_lose(recorder->ledger, LOSS_EVENTS);
	else if (met)
		atomic_store_explicit(met, pair, memory_order_release);
	return pair;
}

static inline struct ledger_pair *pair_at(const struct recorder *recorder, uint32_t open_ref,
					  uint32_t close_ref)
{
	/* References are multiples of 8; stacks of one loop differ by little more. */
	uint32_t number = ((open_ref ^ close_ref * 5) >> 3) % RECORDER_PAIRS;
	_Atomic(struct ledger_pair *) *met = __atomic_load_n(&recorder->pairs, __ATOMIC_RELAXED);
	struct ledger_pair *pair;

	if (__builtin_expect(!met, 0))
		return pair_look_up(recorder, NULL, open_ref, close_ref);
	pair = atomic_load_explicit(&met[number], memory_order_acquire);
	if (__builtin_expect(
		    pair && pair->open_stack_ref == open_ref && pair->close_ref == close_ref, 1))
		return pair;
	return pair_look_up(recorder, &met[number], open_ref, close_ref);
}

/* Several threads may find it new, and have the same to say. */
static __attribute__((noinline, cold)) void pair_name(const struct recorder *recorder,
						      struct ledger_pair *pair, unsigned int call,
						      unsigned int kind)
{
	atomic_fetch_or_explicit(&recorder->process->holders, HOLDERS_NAMED, memory_order_relaxed);
	__atomic_store_n(&pair->process, recorder->process_index, __ATOMIC_RELAXED);
	__atomic_store_n(&pair->kind, (uint8_t)kind, __ATOMIC_RELAXED);
	__atomic_store_n(&pair->call, (uint16_t)call, __ATOMIC_RELEASE);
}

/*
 * One more of a pair. NULL: no room. Inline, with what is rare out of the way: a call of it costs
 * every close of the program some 15 instructions.
 */
static inline __attribute__((always_inline)) struct ledger_pair *
pair_count(const struct recorder *recorder, uint32_t open_ref, uint32_t close_ref,
	   unsigned int call, unsigned int kind)
{
	struct ledger_pair *pair = pair_at(recorder, open_ref, close_ref);

	if (__builtin_expect(!pair, 0))
		return NULL;
	LEDGER_COUNT(pair->count);
	if (__builtin_expect(!__atomic_load_n(&pair->call, __ATOMIC_RELAXED), 0))
		pair_name(recorder, pair, call, kind);
	return pair;
}

/* What the program meant to stay open is not lost, whoever closes it. */
static void kept_count(const struct recorder *recorder, struct ledger_pair *pair,
		       struct ledger_slot *slot)
{
	struct ledger_note *note = ledger_slot_note(recorder->ledger, slot, false);

	if (note && LEDGER_LOAD(note->keep_ref) != 0)
		LEDGER_COUNT(pair->kept_count);
}

/* Others may write at the same time; more than so many in a row, never. */
#define LIFE_TRIES 64

/* One more of its class, up to what there is room for. */
static void life_count(struct ledger_pair *pair, uint32_t life)
{
	unsigned int class =
		(unsigned int)(31 - __builtin_clz(life) - LIFE_LONG_SHIFT) / LIFE_CLASS_SHIFT;
	uint64_t count = LEDGER_LOAD(pair->count);

	if (class >= LIFE_CLASSES)
		class = LIFE_CLASSES - 1;
	for (int i = 0; i < LIFE_TRIES; i++)
		if ((count >> pair_class_bit(class) & LIVES_MOST) == LIVES_MOST ||
		    atomic_compare_exchange_strong_explicit(
			    &pair->count, &count, count + (UINT64_C(1) << pair_class_bit(class)),
			    memory_order_relaxed, memory_order_relaxed))
			break;
}

static void life_raise(struct ledger_pair *pair, uint32_t life)
{
	uint32_t longest = LEDGER_LOAD(pair->longest_life);

	for (int i = 0; i < LIFE_TRIES && life > longest; i++)
		if (atomic_compare_exchange_strong_explicit(&pair->longest_life, &longest, life,
							    memory_order_relaxed,
							    memory_order_relaxed))
			break;
}

/* A long one, longer than all before, or no life at all: what is to be stored as the latest. */
static __attribute__((noinline, cold)) uint32_t life_odd(struct ledger_pair *pair, uint64_t life)
{
	if (life > UINT64_MAX >> (LIFE_SHIFT + 1)) /* opened in the future */
		return 0;
	if (life > UINT32_MAX)
		life = UINT32_MAX;
	if (life >= LIFE_LONG)
		life_count(pair, (uint32_t)life);
	life_raise(pair, (uint32_t)life);
	return (uint32_t)life;
}

static inline void life_store(const struct recorder *recorder, struct ledger_pair *pair,
			      uint64_t opened_ns)
{
	uint64_t life = ledger_life_since(recorder->ledger, opened_ns);

	if (__builtin_expect(life >= LIFE_LONG || life > LEDGER_LOAD(pair->longest_life), 0))
		life = life_odd(pair, life);
	LEDGER_STORE(pair->last_life, (uint32_t)life);
	LEDGER_STORE(pair->last_opened_ns, opened_ns);
}

DIRECT void recorder_pair_closed(const struct recorder *recorder, const struct release *release,
				 uint32_t stack_ref, uint32_t tid)
{
	struct ledger_slot *slot = release->slot;
	uint32_t facts = LEDGER_LOAD(slot->facts);
	uint32_t end = facts / FACT_SECOND_END & PAIR_SECOND_END;
	struct ledger_pair *pair = pair_count(recorder, release->opened_stack_ref, stack_ref | end,
					      slot_call(release->word), slot_kind(release->word));
	uint32_t opened_tid, scope_ref;

	if (!pair)
		return;
	opened_tid = LEDGER_LOAD(slot->opened_tid);
	scope_ref = LEDGER_LOAD(slot->scope_ref);
	if (__builtin_expect(opened_tid != tid, 0))
		__atomic_store_n(&pair->has_crossed, 1, __ATOMIC_RELAXED);
	LEDGER_STORE(pair->last_fd, (uint32_t)release->fd);
	LEDGER_STORE(pair->last_tid, opened_tid);
	LEDGER_STORE(pair->last_facts, facts);
	LEDGER_STORE(pair->last_scope_ref, scope_ref);
	if (__builtin_expect(scope_ref & SCOPE_IS_NOTE, 0))
		kept_count(recorder, pair, slot);
	life_store(recorder, pair, release->opened_ns);
}

void recorder_pair_freed(const struct recorder *recorder, const struct ledger_block *block,
			 uint32_t free_ref)
{
	struct ledger_pair *pair =
		pair_count(recorder, block->stack_ref, free_ref, block->call, block->kind);

	if (!pair)
		return;
	LEDGER_STORE(pair->last_fd, UINT32_MAX);
	LEDGER_STORE(pair->last_tid, block->tid);
	life_store(recorder, pair, block->made_ns);
}
