/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <alloca.h>
#include <errno.h>
#include <string.h>

#include "base/raw.h"
#include "chain.h"
#include "modules.h"
#include "names.h"
#include "own.h"
#include "python.h"
#include "recall.h"
#include "state.h"

/* A thread's captures before libunwind's first in it: that one costs 277 KB and over 100 µs. */
#define COLD_CAPTURES 64

/* Frames of the shim on top of the program's: capture, verb, wrapper, and room for more. */
#define OWN_FRAMES 8

/* Frames of the capture that warms libunwind up. */
#define WARM_DEPTH 8

/*
 * The bit of this program among those that walk many stacks. By its name: each
 * process may have a string of its own for that.
 */
static uint64_t program_bit(void)
{
	const struct ledger_string *name = ledger_string_at(&shim.ledger, shim.image->exe_ref);
	uint32_t hash = 0;

	for (uint32_t i = 0; name && i < name->length; i++)
		hash = (hash ^ (uint8_t)name->bytes[i]) * UINT32_C(0x01000193);
	return UINT64_C(1) << (hash * UINT32_C(0x9e3779b1) >> 26);
}

/* The next process of this program is to have libunwind from its start. */
static void program_note_walks(void)
{
	ledger_u64 *walkers = &shim.ledger.header->walkers;
	uint64_t bit = program_bit();

	if (!(atomic_load_explicit(walkers, memory_order_relaxed) & bit))
		atomic_fetch_or_explicit(walkers, bit, memory_order_relaxed);
}

bool program_walks_much(void)
{
	return atomic_load_explicit(&shim.ledger.header->walkers, memory_order_relaxed) &
	       program_bit();
}

/*
 * Is another capture of this thread under way below us? A handler that left by
 * siglongjmp leaves the mark behind; then its frame lies above the stack
 * pointer, in dead stack. On another stack the comparison says nothing, and the
 * static unwinder, which is always right, is taken once more.
 */
static bool capture_is_nested(uintptr_t frame)
{
	return self.capture_frame != 0 && frame < self.capture_frame;
}

/*
 * May libunwind walk now? Its first capture in a thread calls malloc, so that
 * one is made where no signal handler is below, which the static unwinder tells
 * after a walk to the very end of the stack.
 */
static bool thread_warm_up(void)
{
	uint64_t pcs[WARM_DEPTH];
	bool has_signal;

	if (unwind_passes_signal())
		return false;
	self.is_unwinder_warm = unwinder_libunwind.walk(pcs, WARM_DEPTH, &has_signal) > 0;
	if (!self.is_unwinder_warm)
		self.captures = 0; /* ask again after as many again */
	return self.is_unwinder_warm;
}

static bool thread_uses_libunwind(void)
{
	if (shim.is_forked_from_threads || !shim_may_call_kernel() || python_is_there())
		return false;
	if (__builtin_expect(self.is_unwinder_warm, 1))
		return true;
	if (self.captures++ < COLD_CAPTURES)
		return false;
	program_note_walks();
	return thread_warm_up();
}

static unsigned int walk(uint64_t *pcs, unsigned int max, bool *ret_has_signal)
{
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	uintptr_t outer = self.capture_frame;
	unsigned int depth = 0;

	if (capture_is_nested(frame))
		return unwinder_static.walk(pcs, max, ret_has_signal);
	self.capture_frame = frame;
	if (thread_uses_libunwind())
		depth = unwinder_libunwind.walk(pcs, max, ret_has_signal);
	if (depth == 0)
		depth = unwinder_static.walk(pcs, max, ret_has_signal);
	self.capture_frame = capture_is_nested(frame) ? outer : 0;
	return depth;
}

/* The stack's record, new or known; 0 without room for it. */
static uint32_t stack_record(const uint64_t *pcs, unsigned int depth, unsigned int flags)
{
	bool is_new;
	uint32_t ref;

	modules_note(pcs, depth);
	if (python_is_reached(pcs, depth))
		flags |= STACK_INTERPRETER;
	ref = ledger_stack_intern(&shim.ledger, shim.image_ref, pcs, depth, flags, &is_new);
	if (!ref)
		ledger_lose(&shim.ledger, LOSS_STACKS);
	return ref;
}

/* Does the memo hold this very walk? Its record may be shorter: it ends where nothing leads on. */
static bool memo_matches(const struct stack_memo *memo, uint64_t hash, uint32_t epoch,
			 const uint64_t *pcs, unsigned int depth)
{
	const struct ledger_stack *stack;

	if (memo->hash != hash || memo->epoch != epoch || !memo->stack_ref)
		return false;
	stack = ledger_at(&shim.ledger, memo->stack_ref, sizeof(*stack));
	return stack && stack->depth <= depth &&
	       memcmp(stack->pcs, pcs, stack->depth * sizeof(pcs[0])) == 0;
}

/* The record of a walk that no memo holds. `max` is the room in pcs. */
static uint32_t walk_record(uint64_t *pcs, unsigned int depth, unsigned int max, unsigned int flags,
			    bool *ret_is_settled)
{
	struct chain_result settled = chain_settle(pcs, depth, max);

	if (settled.depth < depth || !settled.is_settled)
		flags &= ~(unsigned int)STACK_TRUNCATED; /* where the walk went does not count */
	if (settled.is_truncated)
		flags |= STACK_TRUNCATED;
	*ret_is_settled = settled.is_settled;
	return stack_record(pcs, settled.depth, flags);
}

/* Walk and record, in buffer of shim.depth + OWN_FRAMES. */
static uint32_t capture_into(uint64_t *buffer, uint32_t epoch)
{
	uint64_t *pcs = buffer;
	bool has_signal = false, is_settled;
	unsigned int depth = walk(buffer, shim.depth + OWN_FRAMES, &has_signal);
	unsigned int flags = has_signal ? STACK_SIGNAL : 0, room = shim.depth + OWN_FRAMES;
	struct stack_memo memo;
	uint64_t hash;

	for (; depth > 0 && own_has(*pcs); depth--, room--)
		pcs++;
	if (depth > shim.depth) {
		depth = shim.depth;
		flags |= STACK_TRUNCATED;
	}
	hash = ledger_stack_hash(pcs, depth);
	memo = self.memos[hash % STACK_MEMOS]; /* a copy: a signal handler may write there */
	if (memo_matches(&memo, hash, epoch, pcs, depth))
		return memo.stack_ref;
	memo = (struct stack_memo){ .hash = hash, .epoch = epoch };
	memo.stack_ref =
		walk_record(pcs, depth, room < shim.depth ? room : shim.depth, flags, &is_settled);
	if (is_settled)
		self.memos[hash % STACK_MEMOS] = memo;
	return memo.stack_ref;
}

/* The buffer is of the size that is needed: a signal handler's stack may be small. */
static __attribute__((noinline)) uint32_t capture_walk(uint32_t epoch)
{
	int saved_errno = errno;
	uint64_t *buffer = alloca((shim.depth + OWN_FRAMES) * sizeof(*buffer));
	uint32_t stack_ref = capture_into(buffer, epoch);

	errno = saved_errno;
	return stack_ref;
}

/*
 * The library that a test builds with this definition makes every walk by all
 * means there are, and ends the program where they differ.
 */
#ifdef UNCLOSED_VERIFY_STACKS
static void capture_verify(uint32_t stack_ref, uint32_t epoch)
{
	static const char text[] = "unclosed: a remembered stack differs from the walk\n";
	bool is_warm = self.is_unwinder_warm;
	uint32_t by_libunwind = capture_walk(epoch), by_libgcc;

	self.is_unwinder_warm = false;
	self.captures = 0;
	by_libgcc = capture_walk(epoch);
	self.is_unwinder_warm = is_warm;
	self.captures = COLD_CAPTURES;
	if (by_libunwind == stack_ref && by_libgcc == stack_ref)
		return;
	(void)raw3(SYS_write, STDERR_FILENO, text, sizeof(text) - 1); /* about to die */
	__builtin_trap();
}
#else
static void capture_verify(uint32_t stack_ref, uint32_t epoch)
{
	(void)stack_ref;
	(void)epoch;
}
#endif

/* Not inlined: its own frame, with a frame pointer because it asks for it, is the walk's start. */
__attribute__((noinline)) uint32_t capture_stack(void)
{
	const uint64_t *frame = __builtin_frame_address(0);
	struct walk_start start = { .pc = frame[1],
				    .stack_pointer = (uintptr_t)(frame + 2),
				    .frame_pointer = frame[0] };
	uint32_t epoch = atomic_load_explicit(&shim.image->epoch, memory_order_relaxed);
	uint32_t stack_ref = recall(&start, epoch);

	if (__builtin_expect(stack_ref != 0, 1)) {
		capture_verify(stack_ref, epoch);
		return stack_ref;
	}
	stack_ref = capture_walk(epoch);
	if (stack_ref)
		recall_learn(&start, epoch, stack_ref);
	return stack_ref;
}

uint32_t capture_opening(void)
{
	return python_stack(capture_stack());
}
