/* SPDX-License-Identifier: MIT */
/*
 * What a vfork child opens before its exec. It runs in its parent's memory, so nothing of
 * it is recorded there: what is still open at the exec becomes the new program's, as if that had
 * opened it. What such a child leaves without an exec is gone with it.
 *
 * Layer: preload. Context: a vfork child; async-signal-safe; system calls.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_VFORKED_H
#define UNCLOSED_PRELOAD_RECORD_VFORKED_H

#include "recorder/recorder.h"
#include "shim/state.h"

/* A call of the vfork child opened `fd`. */
void vforked_opened(int fd, const struct opening *opening);

/* It executes a program that will be entry `index`: write down what goes on to it. */
void vforked_hand_over(uint32_t index);

/* Is the caller a vfork child of a process of ours, and is the number one to remember? */
static inline bool vforked_notes(int fd)
{
	return __builtin_expect(self.vfork_depth > 0, 0) && shim.is_active && fd > 2;
}

#endif
