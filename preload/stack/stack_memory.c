/* SPDX-License-Identifier: MIT */
/* The memory of walks: stacks recognised by their return addresses, and learnt from an unwinder. */
#include "stack/stack_memory.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unwind.h>

#include "ledger/layout.h"
#include "shim/names.h"
#include "shim/self_map.h"
#include "shim/state.h"
#include "stack/frame_pointers.h"
#include "stack/frame_rule.h"
#include "stack/processor.h"

#define MEMORIES 4096 /* buckets, of one memory each */
#define ARENA_SIZE (2u << 20)
#define SIGHTS_BEFORE_LEARNING 4
#define UNSTEADY_BEFORE_LEARNING 64 /* of whatever start: one that is frequent has its turn */
#define PLACES_MAX (2 * (LEDGER_DEPTH_MAX + 8))
#define PLACES_A_GROUP 4

/*
 * Words of stack, so many bytes above the start's stack pointer, and what they
 * hold. In groups, to be compared without counting: the last repeats its last.
 */
struct places {
	uint64_t values[PLACES_A_GROUP];
	uint32_t offsets[PLACES_A_GROUP];
};

struct memory {
	struct walk_start start;
	uint64_t frame_pointer_mask; /* all ones if a frame depends on the start's frame pointer */
	uint32_t unloads;
	uint32_t stack_ref;
	uint64_t group_count;
	struct places groups[];
};

/* Zero pages until used. A memory is about 400 bytes; what does not fit is not remembered. */
static uint8_t arena[ARENA_SIZE] __attribute__((aligned(16)));
static _Atomic(uint32_t) arena_used;
static _Atomic(struct memory *) memories[MEMORIES];
static _Atomic(uint32_t) sights[MEMORIES];
OF_EVERY_PROCESS static _Atomic(uint32_t) unsteady_walks;

static uint64_t start_hash(const struct walk_start *start)
{
	return (start->stack_pointer ^ start->pc * UINT64_C(0x9e3779b97f4a7c15)) *
	       UINT64_C(0xff51afd7ed558ccd);
}

/* In order: a place is a frame's only if all before it are as they were. */
static inline bool places_are_as_they_were(const struct places *group, uint64_t stack_pointer)
{
#pragma GCC unroll 4
	for (int i = 0; i < PLACES_A_GROUP; i++)
		if (*(const uint64_t *)(stack_pointer + group->offsets[i]) != group->values[i])
			return false;
	return true;
}

static void walk_count(void)
{
	uint32_t walks = atomic_load_explicit(&shim.walks, memory_order_relaxed);

	if (walks < SHORT_WALKS)
		atomic_store_explicit(&shim.walks, walks + 1, memory_order_relaxed);
}

DIRECT uint32_t recall(const struct walk_start *start, uint32_t unloads)
{
	uint64_t hash = start_hash(start);
	const struct memory *memory;
	const struct places *group, *end;

	if (!process_walks_much())
		return 0;
	memory = atomic_load_explicit(&memories[hash >> 32 & (MEMORIES - 1)], memory_order_acquire);
	if (!memory || memory->start.stack_pointer != start->stack_pointer ||
	    memory->start.pc != start->pc || memory->unloads != unloads ||
	    (memory->start.frame_pointer ^ start->frame_pointer) & memory->frame_pointer_mask)
		return 0;
	end = memory->groups + memory->group_count;
	for (group = memory->groups; group < end; group++)
		if (!places_are_as_they_were(group, start->stack_pointer))
			return 0;
	return memory->stack_ref;
}

/*
 * From the same start another stack is remembered, which this one is not. Several
 * may take turns, in a shell's commands say: then learning costs more than it
 * gives. Or the program has moved on: it is learnt anew now and then.
 */
static bool is_unsteady(const struct walk_start *start, uint64_t hash, uint32_t unloads)
{
	const struct memory *memory =
		atomic_load_explicit(&memories[hash >> 32 & (MEMORIES - 1)], memory_order_acquire);

	return memory && memory->start.stack_pointer == start->stack_pointer &&
	       memory->start.pc == start->pc && memory->unloads == unloads;
}

/* Has this start been seen often enough? Counts it. Two starts of one bucket reset each other. */
static bool is_seen_often(uint64_t hash)
{
	_Atomic(uint32_t) *sight = &sights[hash >> 32 & (MEMORIES - 1)];
	uint32_t seen = atomic_load_explicit(sight, memory_order_relaxed);
	uint32_t tag = (uint32_t)hash & ~UINT32_C(0xff);

	seen = (seen & ~UINT32_C(0xff)) == tag ? seen + 1 : tag + 1;
	atomic_store_explicit(sight, seen, memory_order_relaxed);
	if ((seen & 0xff) < SIGHTS_BEFORE_LEARNING)
		return false;
	atomic_store_explicit(sight, tag, memory_order_relaxed);
	return true;
}

static bool is_to_be_learnt(const struct walk_start *start, uint32_t unloads)
{
	uint64_t hash = start_hash(start);

	if (!is_unsteady(start, hash, unloads))
		return is_seen_often(hash);
	return atomic_fetch_add_explicit(&unsteady_walks, 1, memory_order_relaxed) %
		       UNSTEADY_BEFORE_LEARNING ==
	       UNSTEADY_BEFORE_LEARNING - 1;
}

struct lesson {
	const struct walk_start *start;
	struct places *groups;
	unsigned int count;  /* of places in them */
	unsigned int frames; /* of the program, not our own */
	bool is_started;     /* the walk has reached the start */
	bool is_complete;    /* as deep as is recorded, or the stack's end */
	bool is_broken;      /* left a frame that is not simple */
	bool has_rule;       /* for the frame reached last */
	struct frame_rule rule;
	uint64_t pc, stack_pointer, frame_pointer; /* in the frame reached last */
	uint64_t saved_at; /* where that frame pointer was kept; 0: still the start's */
	uint64_t frame_pointer_mask;
};

static void lesson_add(struct lesson *lesson, uint64_t address)
{
	struct places *group = &lesson->groups[lesson->count / PLACES_A_GROUP];

	for (unsigned int i = lesson->count++ % PLACES_A_GROUP; i < PLACES_A_GROUP; i++) {
		group->values[i] = *(const uint64_t *)address;
		group->offsets[i] = (uint32_t)(address - lesson->start->stack_pointer);
	}
}

/*
 * A frame is found through the frame pointer: then that has to be what it was.
 * Elsewhere the register holds anything, a loop's counter say, and is of no matter.
 */
static void lesson_need_frame_pointer(struct lesson *lesson)
{
	if (lesson->saved_at)
		lesson_add(lesson, lesson->saved_at);
	else
		lesson->frame_pointer_mask = ~UINT64_C(0);
}

/* Where the frame reached last keeps its return address. */
static uint64_t lesson_return_at(const struct lesson *lesson, uint64_t cfa)
{
	return cfa + (uint64_t)lesson->rule.return_offset;
}

/* Does the rule of the frame reached last lead to the frame that the unwinder came to? */
static bool lesson_rule_leads_to(const struct lesson *lesson, uint64_t pc, uint64_t cfa)
{
	const struct frame_rule *rule = &lesson->rule;
	uint64_t base = rule->is_from_frame_pointer ? lesson->frame_pointer : lesson->stack_pointer;

	return lesson->has_rule && base + (uint64_t)rule->cfa_offset == cfa &&
	       rule->return_offset < 0 && lesson_return_at(lesson, cfa) >= lesson->stack_pointer &&
	       return_address_of(*(const uint64_t *)lesson_return_at(lesson, cfa)) == pc &&
	       cfa - lesson->start->stack_pointer <= UINT32_MAX &&
	       (!rule->saves_frame_pointer ||
		(rule->saved_offset < 0 &&
		 cfa + (uint64_t)rule->saved_offset >= lesson->stack_pointer));
}

/* The frame reached last led to this one: keep its places. */
static bool lesson_leave(struct lesson *lesson, uint64_t pc, uint64_t cfa, uint64_t frame_pointer)
{
	const struct frame_rule *rule = &lesson->rule;

	if (!lesson_rule_leads_to(lesson, pc, cfa) || lesson->count + 2 > PLACES_MAX)
		return false;
	if (rule->is_from_frame_pointer)
		lesson_need_frame_pointer(lesson);
	lesson_add(lesson, lesson_return_at(lesson, cfa));
	if (rule->saves_frame_pointer)
		lesson->saved_at = cfa + (uint64_t)rule->saved_offset;
	return rule->saves_frame_pointer ? *(const uint64_t *)lesson->saved_at == frame_pointer
					 : frame_pointer == lesson->frame_pointer;
}

static _Unwind_Reason_Code lesson_frame(struct _Unwind_Context *context, void *data)
{
	struct lesson *lesson = data;
	uint64_t pc = _Unwind_GetIP(context), stack_pointer = _Unwind_GetCFA(context);
	uint64_t frame_pointer = _Unwind_GetGR(context, DWARF_FP);

	if (!lesson->is_started) {
		if (pc != lesson->start->pc || stack_pointer != lesson->start->stack_pointer)
			return _URC_NO_REASON;
		lesson->is_started = true;
		lesson->is_broken = frame_pointer != lesson->start->frame_pointer;
	} else if (pc == 0) {
		lesson->is_complete = true;
	} else {
		lesson->is_broken = !lesson_leave(lesson, pc, stack_pointer, frame_pointer);
	}
	lesson->frames += !own_has(pc);
	lesson->is_complete |= lesson->frames == shim.depth;
	if (lesson->is_broken || lesson->is_complete)
		return _URC_END_OF_STACK;
	lesson->pc = pc;
	lesson->stack_pointer = stack_pointer;
	lesson->frame_pointer = frame_pointer;
	lesson->has_rule = frame_rule_find(pc - 1, &lesson->rule) && !lesson->rule.is_outermost;
	return _URC_NO_REASON;
}

static void memory_publish(const struct lesson *lesson, uint32_t unloads, uint32_t stack_ref)
{
	uint32_t groups = (lesson->count + PLACES_A_GROUP - 1) / PLACES_A_GROUP;
	uint32_t size = (uint32_t)(sizeof(struct memory) + groups * sizeof(struct places));
	uint32_t used = atomic_fetch_add_explicit(&arena_used, size, memory_order_relaxed);
	struct memory *memory = (struct memory *)(arena + used);

	if (used > ARENA_SIZE - size) {
		atomic_store_explicit(&arena_used, ARENA_SIZE, memory_order_relaxed);
		return;
	}
	memory->start = *lesson->start;
	memory->frame_pointer_mask = lesson->frame_pointer_mask;
	memory->unloads = unloads;
	memory->stack_ref = stack_ref;
	memory->group_count = groups;
	memcpy(memory->groups, lesson->groups, groups * sizeof(struct places));
	atomic_store_explicit(&memories[start_hash(lesson->start) >> 32 & (MEMORIES - 1)], memory,
			      memory_order_release);
}

void recall_learn(const struct walk_start *start, uint32_t unloads, uint32_t stack_ref)
{
	static struct places groups[PLACES_MAX / PLACES_A_GROUP]; /* too large for a small stack */
	static atomic_flag is_busy = ATOMIC_FLAG_INIT;
	struct lesson lesson = { .start = start, .groups = groups };

	walk_count();
	if (!process_walks_much() || !is_to_be_learnt(start, unloads) ||
	    atomic_load_explicit(&arena_used, memory_order_relaxed) >= ARENA_SIZE)
		return;
	/* Another thread, or one that a signal handler of ours interrupts, is at it: next time. */
	if (atomic_flag_test_and_set_explicit(&is_busy, memory_order_acquire))
		return;
	(void)_Unwind_Backtrace(lesson_frame, &lesson); /* ends where the lesson ends */
	if (!lesson.is_broken &&
	    (lesson.is_complete || (lesson.is_started && chain_ends_at(lesson.pc))))
		memory_publish(&lesson, unloads, stack_ref);
	atomic_flag_clear_explicit(&is_busy, memory_order_release);
}
