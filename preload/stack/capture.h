/* SPDX-License-Identifier: MIT */
/*
 * Backtraces: three unwinders, and the interned result.
 *
 * Most stacks consist of simple frames only, which rules lead through
 * (unwind_rules.c): no lock, no memory, nothing to prepare. For others, with a
 * signal handler's frame or a realigned one, say, there are two more:
 *
 * The static unwinder (libgcc's _Unwind_Backtrace, linked in and hidden) takes
 * no lock, opens nothing, and needs no preparation: 2–7 µs. libunwind is six to
 * ten times faster once its caches are warm, but its first capture in a thread
 * allocates memory, and it has surprises that capture.c, syscall.c and dlclose.c keep from
 * the program. All give the same program counters. libunwind is left out on aarch64.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_STACK_CAPTURE_H
#define UNCLOSED_PRELOAD_STACK_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/direct.h"

/* A frame that a walk begins in, or has come to. */
struct walk_start {
	uint64_t pc;            /* return address into it */
	uint64_t stack_pointer; /* behind that return address */
	uint64_t frame_pointer;
};

struct unwinder {
	/*
	 * Fill pcs with return addresses, innermost first, own frames included.
	 * Returns how many. *ret_has_signal is set when a signal handler's frame
	 * was passed; an unwinder that cannot tell leaves it alone.
	 */
	unsigned int (*walk)(uint64_t *pcs, unsigned int max, bool *ret_has_signal);
};

enum rules_end {
	RULES_ALL,         /* the whole stack, or as much of it as there was room for */
	RULES_NOT_SIMPLE,  /* to a frame that only an unwinder can leave: nothing is known */
	RULES_UNDESCRIBED, /* to code without call frame information, its counter included */
};

/* Walk by rules, from `at` on, to the frame that `at` then tells. */
enum rules_end rules_walk(struct walk_start *at, uint64_t *pcs, unsigned int max,
			  unsigned int *ret_depth);

/* One frame of it. False where there is no simple one: nothing is changed then. */
bool rules_step(struct walk_start *at);

/* After a dlclose: other code may come to the same addresses. */
void rules_forget(void);

/* Before a fork, of a program that forks again and again: its children help each other. */
void rules_share(void);

/* Is a signal handler somewhere below on this stack? Walks to its very end. */
bool unwind_passes_signal(void);

extern const struct unwinder unwinder_static;
extern const struct unwinder unwinder_libunwind;

/*
 * Has a process of this program, or of one with the same hash, made more
 * captures than the static unwinder is right for?
 */
bool program_walks_much(void);

/* Load libunwind with dlopen(RTLD_LOCAL), before main (start.c). No libunwind is no error. */
void unwinder_libunwind_load(void);

/* Forget cached frames, after a dlclose. */
void unwinder_libunwind_flush(void);

/* Does an address lie in libunwind's own text? */
bool unwinder_libunwind_owns(const void *address);

/*
 * Record where the program is. Returns the reference of the interned stack, or
 * 0 when it did not fit (counted). Frames of the shim are cut. errno is kept.
 */
DIRECT uint32_t capture_stack(void);

/* The same with the frames of a runtime that the thread is in: for what a report shows. */
DIRECT uint32_t capture_whole(void);

#endif
