/* SPDX-License-Identifier: MIT */
/* The capture of a backtrace: which unwinder walks, and the stack's record in the ledger. */
#include "stack/capture.h"

#include <alloca.h>
#include <errno.h>
#include <string.h>

#include "base/raw.h"
#include "shim/names.h"
#include "shim/self_map.h"
#include "shim/state.h"
#include "stack/frame_pointers.h"
#include "stack/modules.h"
#include "stack/runtime.h"
#include "stack/stack_memory.h"

/* A thread's captures before libunwind's first in it: that one costs 277 KB and over 100 µs. */
#define COLD_CAPTURES 64

/* Frames of the shim on top of the program's: capture, verb, wrapper, and room for more. */
#define OWN_FRAMES 8

/*
 * The library that a test builds with this definition makes every walk by all
 * means there are, and ends the program where they differ.
 */
#ifdef UNCLOSED_VERIFY_STACKS
static __thread bool verify_without_rules __attribute__((tls_model("initial-exec")));
#else
static const bool verify_without_rules;
#endif

/* Backtraces that are remembered by what their addresses sum up to: 4 KiB. */
#define STACK_MEMOS 256

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
	if (shim.is_forked_from_threads || !shim_may_call_kernel() || runtimes_are_met())
		return false;
	if (__builtin_expect(self.is_unwinder_warm, 1))
		return true;
	if (self.captures++ < COLD_CAPTURES)
		return false;
	program_note_walks();
	return thread_warm_up();
}

/* A walk that one of the unwinders has to make. */
static unsigned int walk_by_unwinder(uint64_t *pcs, unsigned int max, bool *ret_has_signal)
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

/* The stack's record, new or known; 0 without room for it. What is in `pcs` is lost. */
static uint32_t stack_record(uint64_t *pcs, unsigned int depth, unsigned int flags)
{
	uint32_t ref, home_ref;
	bool is_new;

	modules_note(pcs, depth);
	if (runtimes_are_met())
		flags |= runtime_flags(runtime_reached(pcs, depth));
	home_ref = modules_go_home(pcs, depth);
	ref = ledger_stack_intern(&shim.ledger, home_ref ? home_ref : shim.image_ref, pcs, depth,
				  flags, &is_new);
	if (!ref)
		ledger_lose(&shim.ledger, LOSS_STACKS);
	return ref;
}

/*
 * Backtraces that were recorded lately, of all threads. In static TLS they would be the most of it,
 * and a library that is loaded late would have no room for them.
 */
static struct memo {
	ledger_u64 check; /* hash ^ value: who reads half of each sees no match */
	ledger_u64 value; /* reference of the stack | unloads << 32 */
} memos[STACK_MEMOS];

static uint64_t memo_value(uint32_t stack_ref, uint32_t unloads)
{
	return stack_ref | (uint64_t)unloads << 32;
}

/* The reference that is remembered; 0 none. */
static uint32_t memo_read(uint64_t hash, uint32_t unloads)
{
	struct memo *memo = &memos[hash % STACK_MEMOS];
	uint64_t value = atomic_load_explicit(&memo->value, memory_order_relaxed);
	uint64_t check = atomic_load_explicit(&memo->check, memory_order_relaxed);

	return (check ^ value) == hash && value >> 32 == unloads ? (uint32_t)value : 0;
}

static void memo_write(uint64_t hash, uint64_t value)
{
	struct memo *memo = &memos[hash % STACK_MEMOS];

	atomic_store_explicit(&memo->value, value, memory_order_relaxed);
	atomic_store_explicit(&memo->check, hash ^ value, memory_order_relaxed);
}

/* Is this the record of the walk? It may be shorter: it ends where nothing leads on. */
static bool is_record_of(uint32_t stack_ref, const uint64_t *pcs, unsigned int depth)
{
	const struct ledger_stack *stack = ledger_at(&shim.ledger, stack_ref, sizeof(*stack));

	return stack && ledger_stack_is_walk(&shim.ledger, shim.image, stack, pcs, depth);
}

/* A walk just made, our own frames cut. */
struct walked {
	uint64_t *pcs;
	unsigned int depth, room; /* room in pcs, at most shim.depth */
	unsigned int flags;
	enum rules_end end;   /* RULES_NOT_SIMPLE: an unwinder made it */
	struct walk_start at; /* RULES_UNDESCRIBED: the frame reached */
};

/* Where the walk went on through code without information, if it did. */
static struct chain_result walk_settle(const struct walked *walked)
{
	if (walked->end == RULES_NOT_SIMPLE)
		return chain_settle(walked->pcs, walked->depth, walked->room);
	if (walked->end == RULES_UNDESCRIBED && !(walked->flags & STACK_TRUNCATED))
		return chain_continue(&walked->at, walked->pcs, walked->depth, walked->room);
	return (struct chain_result){ .depth = walked->depth, .is_settled = true };
}

/* The record of a walk that no memo holds. */
static uint32_t walk_record(const struct walked *walked, bool *ret_is_settled)
{
	struct chain_result settled = walk_settle(walked);
	unsigned int flags = walked->flags;

	if (settled.depth < walked->depth || !settled.is_settled)
		flags &= ~(unsigned int)STACK_TRUNCATED; /* where the walk went does not count */
	if (settled.is_truncated)
		flags |= STACK_TRUNCATED;
	*ret_is_settled = settled.is_settled;
	return stack_record(walked->pcs, settled.depth, flags);
}

/* Not where a runtime is: greenlets copy stacks, and only unwind_end.c knows where to end there. */
static bool may_walk_by_rules(void)
{
	return !runtimes_are_met() && !verify_without_rules;
}

/* Walk, in a buffer of shim.depth + OWN_FRAMES. */
static void walk(const struct walk_start *start, uint64_t *buffer, struct walked *ret_walked)
{
	unsigned int room = shim.depth + OWN_FRAMES, depth;
	bool has_signal = false;

	*ret_walked = (struct walked){ .end = RULES_NOT_SIMPLE, .at = *start };
	if (may_walk_by_rules())
		ret_walked->end = rules_walk(&ret_walked->at, buffer, room, &depth);
	if (ret_walked->end == RULES_NOT_SIMPLE)
		depth = walk_by_unwinder(buffer, room, &has_signal);
	for (; depth > 0 && own_has(*buffer); depth--, room--)
		buffer++;
	ret_walked->pcs = buffer;
	ret_walked->depth = depth < shim.depth ? depth : shim.depth;
	ret_walked->room = room < shim.depth ? room : shim.depth;
	ret_walked->flags =
		(has_signal ? STACK_SIGNAL : 0) | (depth > shim.depth ? STACK_TRUNCATED : 0);
}

/* Walk and record. */
static uint32_t capture_into(const struct walk_start *start, uint64_t *buffer, uint32_t unloads)
{
	bool is_remembering = process_walks_much(), is_settled;
	struct walked walked;
	uint32_t stack_ref;
	uint64_t hash;

	walk(start, buffer, &walked);
	hash = ledger_stack_hash(walked.pcs, walked.depth);
	stack_ref = is_remembering ? memo_read(hash, unloads) : 0;
	if (stack_ref && is_record_of(stack_ref, walked.pcs, walked.depth))
		return stack_ref;
	stack_ref = walk_record(&walked, &is_settled);
	if (is_settled && is_remembering && stack_ref)
		memo_write(hash, memo_value(stack_ref, unloads));
	return stack_ref;
}

/* The buffer is of the size that is needed: a signal handler's stack may be small. */
static __attribute__((noinline)) uint32_t capture_walk(const struct walk_start *start,
						       uint32_t unloads)
{
	int saved_errno = errno;
	uint64_t *buffer = alloca((shim.depth + OWN_FRAMES) * sizeof(*buffer));
	uint32_t stack_ref = capture_into(start, buffer, unloads);

	errno = saved_errno;
	return stack_ref;
}

#ifdef UNCLOSED_VERIFY_STACKS
static void capture_verify(const struct walk_start *start, uint32_t stack_ref, uint32_t unloads)
{
	static const char text[] = "unclosed: a remembered stack differs from the walk\n";
	bool is_warm = self.is_unwinder_warm;
	uint32_t by_rules = capture_walk(start, unloads), by_libunwind, by_libgcc;

	verify_without_rules = true;
	by_libunwind = capture_walk(start, unloads);
	self.is_unwinder_warm = false;
	self.captures = 0;
	by_libgcc = capture_walk(start, unloads);
	self.is_unwinder_warm = is_warm;
	self.captures = COLD_CAPTURES;
	verify_without_rules = false;
	if (by_rules == stack_ref && by_libunwind == stack_ref && by_libgcc == stack_ref)
		return;
	(void)raw3(SYS_write, STDERR_FILENO, text, sizeof(text) - 1); /* about to die */
	__builtin_trap();
}
#else
static void capture_verify(const struct walk_start *start, uint32_t stack_ref, uint32_t unloads)
{
	(void)start;
	(void)stack_ref;
	(void)unloads;
}
#endif

#if defined(__x86_64__)

/* Of who calls it: compiled to keep the frame pointer, because it asks for it. */
static inline __attribute__((always_inline)) struct walk_start walk_here(void)
{
	const uint64_t *frame = __builtin_frame_address(0);

	return (struct walk_start){ .pc = frame[1],
				    .stack_pointer = (uintptr_t)(frame + 2),
				    .frame_pointer = frame[0] };
}

/* Our own frames: compiled to keep the frame pointer, and the return address above it. */
static void leave_own(struct walk_start *at)
{
	const uint64_t *frame = (const uint64_t *)at->frame_pointer;
	const uint64_t *below = NULL;
	uint64_t pc = at->pc;

	for (; own_has(pc); frame = (const uint64_t *)frame[0]) {
		pc = frame[1];
		below = frame;
	}
	if (!below)
		return;
	at->pc = pc;
	at->stack_pointer = (uintptr_t)(below + 2);
	at->frame_pointer = (uintptr_t)frame;
}

#else

/* Of who calls it. */
static inline __attribute__((always_inline)) struct walk_start walk_here(void)
{
	struct walk_start here;

	__asm__ volatile("adr %0, 1f\n\t"
			 "mov %1, sp\n"
			 "1:\tmov %2, x29"
			 : "=&r"(here.pc), "=&r"(here.stack_pointer), "=&r"(here.frame_pointer));
	return here;
}

/* Our own frames: their records do not tell where they end, so by their rules, which are kept. */
static void leave_own(struct walk_start *at)
{
	while (own_has(at->pc) && rules_step(at))
		;
}

#endif

/* Not inlined: its own frame is where the walk begins. */
__attribute__((noinline)) DIRECT uint32_t capture_stack(void)
{
	struct walk_start start = walk_here();
	uint32_t unloads = atomic_load_explicit(&shim.unloads, memory_order_relaxed);
	uint32_t stack_ref;

	leave_own(&start);
	stack_ref = recall(&start, unloads);
	if (__builtin_expect(stack_ref != 0, 1)) {
		capture_verify(&start, stack_ref, unloads);
		return stack_ref;
	}
	stack_ref = capture_walk(&start, unloads);
	if (stack_ref)
		recall_learn(&start, unloads, stack_ref);
	return stack_ref;
}

DIRECT uint32_t capture_whole(void)
{
	uint32_t stack_ref = capture_stack();

	return runtimes_are_met() ? runtime_stack(stack_ref) : stack_ref;
}
