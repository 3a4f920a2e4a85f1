/* SPDX-License-Identifier: MIT */
/*
 * fork, vfork, exec, spawn, clone: who gets an entry in the ledger, and when.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_FORK_H
#define UNCLOSED_PRELOAD_CALLS_FORK_H

#include <stdbool.h>
#include <sys/types.h>

#include "libc/real.h"
#include "record/record.h"

/* A shell that libc starts by itself (system, popen), which takes `environ`. */
struct spawn_plan {
	uint32_t index; /* announced entry + 1; 0 none */
	char **saved_environ;
	char **environment; /* ours while the call runs; NULL when `environ` was good as it is */
};

void spawn_begin_shell(struct spawn_plan *plan);
void spawn_end_shell(struct spawn_plan *plan, bool is_started);

/* fork without the functions of libc: syscall(SYS_fork), clone() without CLONE_VM. */
void fork_announce(void);
void fork_in_child(void);
void fork_in_parent(pid_t pid);

/* Register the atfork handlers, first of all. At start. */
void lives_init(void);

/* close_range() succeeded; with CLOSE_RANGE_UNSHARE the thread has a table of its own first. */
void close_range_done(const struct range *range, unsigned int flags);

/* This thread left the shared descriptor table (unshare, CLOSE_RANGE_UNSHARE). */
void table_unshared(void);

/* wait.c: a wait function returned `pid` with `status`. */
pid_t record_waited(pid_t pid, const int *status);

#endif
