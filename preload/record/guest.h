/* SPDX-License-Identifier: MIT */
/*
 * A guest is another process that runs in our memory without being a vfork child: made
 * by clone(CLONE_VM | CLONE_FILES), or by a clone whose child nobody could wrap. What it
 * opens and closes is recorded as a thread's would be. Its end is not ours, and
 * neither is its exec.
 *
 * A foundling has memory of its own: the child of a fork that no call of libc made. Nobody
 * told of it. The kernel wipes a page of ours in each process that gets a copy of our memory
 * (MADV_WIPEONFORK); who finds it wiped, and is not on the way out of an announced fork, is a
 * foundling: it gets an entry before anything of it is recorded. No question to the kernel, and a
 * guest, which has our memory and no copy, is never mistaken for one.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_GUEST_H
#define UNCLOSED_PRELOAD_RECORD_GUEST_H

#include <stdbool.h>

#include "shim/state.h"

/* At the start of a program. */
void guest_init(void);

/*
 * Around an announced fork. The child marks its memory when it first records something: a page to
 * write to is 1 µs, and many children only execute another program.
 */
void guest_prepare_fork(void);
void guest_child_begins(void);

/* In a child that has no entry announced: did a signal handler come first, and begin it? */
bool guest_child_has_begun(void);

/* Our memory is not marked: be on our own entry, and mark it. */
void guest_settle(void);

/* To be called before anything is recorded. */
static inline void guest_find(void)
{
	const _Atomic(uint32_t) *mark =
		atomic_load_explicit(&shim.memory_mark, memory_order_relaxed);

	if (__builtin_expect(atomic_load_explicit(mark, memory_order_relaxed) == 0, 0))
		guest_settle();
}

/* Before a child is made that may be a guest. */
void guest_expect(void);

/* Is it a guest who calls? A foundling is none: it has its entry when this returns. */
bool guest_is_calling(void);

#endif
