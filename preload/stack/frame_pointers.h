/* SPDX-License-Identifier: MIT */
/*
 * Walks that come to code without call frame information: what V8, the JVM or
 * CPython's -X perf make at run time, and assembler without it. No unwinder
 * leads on from there for certain; libunwind guesses, libgcc's stops. Here the
 * walk goes on by what such code keeps on the stack: a frame pointer, or a
 * frame so small that the instructions behind the call tell it. Each step is
 * checked: it goes up the stack, reads only memory that the kernel says is
 * readable, and comes to an instruction behind a call.
 *
 * Costs a walk by libgcc and some rt_sigprocmask() calls that fail, 2–4 µs, for
 * stacks with such code only. After a seccomp filter the stack ends at the first
 * such frame.
 *
 * Layer: preload. Context: target; async-signal-safe, no lock.
 */
#ifndef UNCLOSED_PRELOAD_STACK_FRAME_POINTERS_H
#define UNCLOSED_PRELOAD_STACK_FRAME_POINTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/capture.h"

struct chain_result {
	unsigned int depth;
	bool is_truncated; /* there would have been more than `max` */
	bool is_settled;   /* the same counters always mean this stack: it may be remembered */
};

/*
 * `pcs` are `depth` program counters of a walk just made from here, with room
 * for `max`. Those behind the first without information are replaced by what
 * its frame leads to.
 */
struct chain_result chain_settle(uint64_t *pcs, unsigned int depth, unsigned int max);

/*
 * The same where the walk was by rules, and came to `at`, the first without
 * information and the last of `depth`.
 */
struct chain_result chain_continue(const struct walk_start *at, uint64_t *pcs, unsigned int depth,
				   unsigned int max);

/* Is there call frame information for a frame of a walk, so that an unwinder can leave it? */
bool chain_is_described(uint64_t pc);

/*
 * Does every walk end at this frame? Code of an object, without information,
 * that led nowhere: where a coroutine's stack begins, say.
 */
bool chain_ends_at(uint64_t pc);

/* After a dlclose: other code may come to the same addresses. */
void chain_forget(void);

#endif
