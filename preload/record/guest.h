/* SPDX-License-Identifier: MIT */
/*
 * A guest is another process that runs in our memory without being a vfork child: made
 * by clone(CLONE_VM | CLONE_FILES), or by a clone whose child nobody could wrap. What it
 * opens and closes is recorded as a thread's would be. Its end is not ours, and
 * neither is its exec.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_GUEST_H
#define UNCLOSED_PRELOAD_RECORD_GUEST_H

#include <stdbool.h>

/* Before such a child is made. */
void guest_expect(void);

/* Is it a guest who calls? No system call as long as none was expected. */
bool guest_is_calling(void);

#endif
