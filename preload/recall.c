/* SPDX-License-Identifier: MIT */
#include "recall.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unwind.h>

#include "frame_rule.h"
#include "ledger/layout.h"
#include "names.h"
#include "own.h"
#include "state.h"

#define MEMORIES 4096 /* buckets, of one memory each */
#define ARENA_SIZE (2u << 20)
#define SIGHTS_BEFORE_LEARNING 4
#define PLACES_MAX (2 * (LEDGER_DEPTH_MAX + 8))

/* A word of stack, `offset` bytes above the start's stack pointer, and its content. */
struct place {
	uint64_t value;
	uint64_t offset;
};

struct memory {
	struct walk_start start;
	uint64_t frame_pointer_mask; /* all ones if a frame depends on the start's frame pointer */
	uint32_t epoch;
	uint32_t stack_ref;
	uint32_t count;
	uint32_t reserved;
	struct place places[];
};

/* Zero pages until used. A memory is about 600 bytes; what does not fit is not remembered. */
static uint8_t arena[ARENA_SIZE] __attribute__((aligned(16)));
static _Atomic(uint32_t) arena_used;
static _Atomic(struct memory *) memories[MEMORIES];
static _Atomic(uint32_t) sights[MEMORIES];

static uint64_t start_hash(const struct walk_start *start)
{
	return (start->stack_pointer ^ start->pc * UINT64_C(0x9e3779b97f4a7c15)) *
	       UINT64_C(0xff51afd7ed558ccd);
}

uint32_t recall(const struct walk_start *start, uint32_t epoch)
{
	uint64_t hash = start_hash(start);
	const struct memory *memory = atomic_load_explicit(&memories[hash >> 32 & (MEMORIES - 1)],
							   memory_order_acquire);
	const struct place *place, *end;

	if (!memory || memory->start.stack_pointer != start->stack_pointer ||
	    memory->start.pc != start->pc || memory->epoch != epoch ||
	    (memory->start.frame_pointer ^ start->frame_pointer) & memory->frame_pointer_mask)
		return 0;
	end = memory->places + memory->count;
	/* In order: a place is a frame's only if all before it are as they were. */
	for (place = memory->places; place < end; place++)
		if (*(const uint64_t *)(start->stack_pointer + place->offset) != place->value)
			return 0;
	return memory->stack_ref;
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

struct lesson {
	const struct walk_start *start;
	struct place *places;
	unsigned int count;  /* of places */
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
	lesson->places[lesson->count++] =
		(struct place){ .value = *(const uint64_t *)address,
				.offset = address - lesson->start->stack_pointer };
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

/* The frame reached last led to this one: check its rule against the unwinder, keep its places. */
static bool lesson_leave(struct lesson *lesson, uint64_t pc, uint64_t cfa, uint64_t frame_pointer)
{
	const struct frame_rule *rule = &lesson->rule;
	uint64_t base = rule->is_from_frame_pointer ? lesson->frame_pointer :
						      lesson->stack_pointer;

	if (!lesson->has_rule || base + (uint64_t)rule->cfa_offset != cfa ||
	    *(const uint64_t *)(cfa - 8) != pc || lesson->count + 2 > PLACES_MAX)
		return false;
	if (rule->is_from_frame_pointer)
		lesson_need_frame_pointer(lesson);
	lesson_add(lesson, cfa - 8);
	if (rule->saves_frame_pointer)
		lesson->saved_at = cfa + (uint64_t)rule->saved_offset;
	return rule->saves_frame_pointer ?
		       *(const uint64_t *)lesson->saved_at == frame_pointer :
		       frame_pointer == lesson->frame_pointer;
}

static _Unwind_Reason_Code lesson_frame(struct _Unwind_Context *context, void *data)
{
	struct lesson *lesson = data;
	uint64_t pc = _Unwind_GetIP(context), stack_pointer = _Unwind_GetCFA(context);
	uint64_t frame_pointer = _Unwind_GetGR(context, 6 /* rbp */);

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
	lesson->has_rule = frame_rule_find(pc - 1, &lesson->rule);
	return _URC_NO_REASON;
}

/* Code made at run time has no rules: recorded stacks end there, and so may the walk. */
static bool lesson_ends_in_no_object(const struct lesson *lesson)
{
	struct dl_find_object object;

	return lesson->is_started && _dl_find_object((void *)(lesson->pc - 1), &object) != 0;
}

static void memory_publish(const struct lesson *lesson, uint32_t epoch, uint32_t stack_ref)
{
	uint32_t size = (uint32_t)(sizeof(struct memory) + lesson->count * sizeof(struct place));
	uint32_t used = atomic_fetch_add_explicit(&arena_used, size, memory_order_relaxed);
	struct memory *memory = (struct memory *)(arena + used);

	if (used > ARENA_SIZE - size) {
		atomic_store_explicit(&arena_used, ARENA_SIZE, memory_order_relaxed);
		return;
	}
	memory->start = *lesson->start;
	memory->frame_pointer_mask = lesson->frame_pointer_mask;
	memory->epoch = epoch;
	memory->stack_ref = stack_ref;
	memory->count = lesson->count;
	memcpy(memory->places, lesson->places, lesson->count * sizeof(struct place));
	atomic_store_explicit(&memories[start_hash(lesson->start) >> 32 & (MEMORIES - 1)], memory,
			      memory_order_release);
}

void recall_learn(const struct walk_start *start, uint32_t epoch, uint32_t stack_ref)
{
	static struct place places[PLACES_MAX]; /* too large for a small stack */
	static atomic_flag is_busy = ATOMIC_FLAG_INIT;
	struct lesson lesson = { .start = start, .places = places };

	if (!is_seen_often(start_hash(start)) ||
	    atomic_load_explicit(&arena_used, memory_order_relaxed) >= ARENA_SIZE)
		return;
	/* Another thread, or one that a signal handler of ours interrupts, is at it: next time. */
	if (atomic_flag_test_and_set_explicit(&is_busy, memory_order_acquire))
		return;
	(void)_Unwind_Backtrace(lesson_frame, &lesson); /* ends where the lesson ends */
	if (!lesson.is_broken && (lesson.is_complete || lesson_ends_in_no_object(&lesson)))
		memory_publish(&lesson, epoch, stack_ref);
	atomic_flag_clear_explicit(&is_busy, memory_order_release);
}
