/* SPDX-License-Identifier: MIT */
/*
 * Forks, for what makes one without fork(): forkpty, daemon, syscall.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_FORK_H
#define UNCLOSED_PRELOAD_CALLS_FORK_H

#include <stdint.h>
#include <sys/types.h>

/* fork without the functions of libc: syscall(SYS_fork), clone() without CLONE_VM. */
void fork_announce(void);
void fork_in_child(void);
void fork_in_parent(pid_t pid);

/* Before a clone without CLONE_VM, in place of fork_announce(): with its flags. */
void fork_announce_clone(uint64_t flags);

/* Before a clone whose child cannot be wrapped: it is in our memory, or on a stack of its own. */
void clone_unwrapped(uint64_t flags);

/* Register the atfork handlers, first of all. At start. */
void fork_init(void);

#endif
