/* SPDX-License-Identifier: MIT */
/*
 * Forks, for what makes one without fork(): forkpty, daemon, syscall.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_FORK_H
#define UNCLOSED_PRELOAD_CALLS_FORK_H

#include <sys/types.h>

/* fork without the functions of libc: syscall(SYS_fork), clone() without CLONE_VM. */
void fork_announce(void);
void fork_in_child(void);
void fork_in_parent(pid_t pid);

/* Register the atfork handlers, first of all. At start. */
void fork_init(void);

#endif
