/* SPDX-License-Identifier: MIT */
/*
 * Walks remembered: when a thread comes by with the same stack pointer as
 * before, the same return addresses in the same places mean the same stack, and
 * comparing them takes 1 ns a frame where the quickest unwinder takes 7.
 *
 * A memory holds, in the order of a walk, where each frame keeps its return
 * address, and the frame pointer where a frame is found through it, and what
 * was there. Equal start (return address, stack pointer, frame pointer if
 * needed) and equal contents up to a frame force that frame's own places to be
 * the same: its canonical frame address is the stack or frame pointer plus a
 * constant of the code (frame_rule.h). So by induction the walk is the same,
 * and no place is read that was not just proven to be a frame's. Stacks with a
 * frame of any other form are not remembered.
 *
 * Layer: preload. Context: target; async-signal-safe, no lock. Memories never
 * change once they can be found; they are shared by all threads.
 */
#ifndef UNCLOSED_PRELOAD_STACK_STACK_MEMORY_H
#define UNCLOSED_PRELOAD_STACK_STACK_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/direct.h"
#include "stack/capture.h"

/* The stack that this walk led to before, since the latest of so many unloads (state.h); 0 when not
 * known. */
DIRECT uint32_t recall(const struct walk_start *start, uint32_t unloads);

/*
 * The walk was made in full and led to `stack_ref`. It is remembered when it
 * was seen some times, has only simple frames, and there is room.
 */
void recall_learn(const struct walk_start *start, uint32_t unloads, uint32_t stack_ref);

#endif
