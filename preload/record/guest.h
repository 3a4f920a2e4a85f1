/* SPDX-License-Identifier: MIT */
/*
 * A guest is another process that runs in our memory without being a vfork child: made
 * by clone(CLONE_VM | CLONE_FILES), or by a clone whose child nobody could wrap. What it
 * opens and closes is recorded as a thread's would be. Its end is not ours, and
 * neither is its exec.
 *
 * A foundling has memory of its own: the child of a fork that no call of libc made. Nobody
 * told of it, and it goes on in its parent's entry, until it is found: when it
 * comes with a stack that its parent had not, starts another process or program, or ends. Then it
 * gets an entry.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_GUEST_H
#define UNCLOSED_PRELOAD_RECORD_GUEST_H

#include <stdbool.h>

/* Before such a child is made. */
void guest_expect(void);

/* Is it a guest who calls? A foundling is none: it has its entry when this returns. */
bool guest_is_calling(void);

/* A stack is new: was this a foundling, who has its entry since now? */
bool guest_was_found(void);

#endif
