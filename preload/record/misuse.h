/* SPDX-License-Identifier: MIT */
/*
 * Misuse: what only shows in an error that the program gets, and a few things
 * that succeed and should not have been done. Written down as events of the
 * process (ledger/layout.h, struct ledger_event); the tool judges them.
 *
 * Nothing is done on the success path of a call but a comparison. EBADF is
 * looked into only for numbers that the table knows as closed: read() on what
 * is open for writing only says EBADF, too. 0, 1 and 2 are closed and tried
 * defensively by programs of all kinds: only a socket that got one is told.
 * Calls that ask whether a number is open (F_GETFD, F_GETFL, dup, fstat) are no
 * evidence of anything, and have no part in this.
 *
 * Layer: preload. Context: target; async-signal-safe; errno is kept.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_MISUSE_H
#define UNCLOSED_PRELOAD_RECORD_MISUSE_H

#include <errno.h>

#include "record/record.h"
#include "shim/state.h"

/* A call that uses `fd` failed with EBADF. */
void misuse_used(enum call call, int fd);

/* What a call on `fd` returned, looked at when it is -1. Returns it. */
static inline long used(enum call call, int fd, long result)
{
	if (__builtin_expect(result == -1, 0) && errno == EBADF)
		misuse_used(call, fd);
	return result;
}

/* A release failed with EBADF. */
void misuse_release_failed(enum call call, int fd);

/* A call that opens failed: is it for want of numbers? */
void misuse_open_failed(enum call call);

/* A call opened `fd`, one of the first three. Before that is written down. */
void misuse_standard_taken(enum call call, int fd);

/* A file action of posix_spawn() puts something on `fd` in the new process: it is meant to have it. */
void misuse_placed(enum call call, int fd);

/* dup2() from `from` went over what `release` began with; before the new one is written down. */
void misuse_overwritten(const struct release *release, int from);

/* A release of another thread than the opener's, or of what a stream owns. Before it is written. */
void misuse_release_odd(const struct release *release, uint32_t stack_ref);

/* The release is about to be written down: two comparisons. */
static inline void misuse_watch(const struct release *release, uint32_t stack_ref)
{
	uint32_t facts = atomic_load_explicit(&release->slot->facts, memory_order_relaxed);
	uint32_t tid = atomic_load_explicit(&release->slot->opened_tid, memory_order_relaxed);

	if (__builtin_expect(tid != thread_tid() || facts & (FACT_FILE | FACT_DIR), 0))
		misuse_release_odd(release, stack_ref);
}

#endif
