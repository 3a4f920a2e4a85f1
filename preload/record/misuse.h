/* SPDX-License-Identifier: MIT */
/*
 * Misuse: what only shows in an error that the program gets, and a few things
 * that succeed and should not have been done. Written down as events of the
 * process (ledger/layout.h, struct ledger_event); the tool judges them.
 *
 * Nothing is done on the success path of a call but a comparison. EBADF is
 * looked into only for numbers that the table does not know as open: read() on what
 * is open for writing only says EBADF, too. 0, 1 and 2 are closed and tried
 * defensively by programs of all kinds: only a socket that got one is told.
 *
 * Some calls may be made to ask whether a number is open. F_GETFD, F_SETFD, F_GETFL,
 * FIOCLEX, dup2() onto itself and poll() that does not wait are no evidence of
 * anything, and have no part in this. fstat(), dup(), F_DUPFD and what asks for a
 * terminal are told of a number that the program had and closed, unless they are one
 * of a loop over neighbouring numbers, and of a negative one. Of one that was never
 * open they are not.
 *
 * Layer: preload. Context: target; async-signal-safe; errno is kept.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_MISUSE_H
#define UNCLOSED_PRELOAD_RECORD_MISUSE_H

#include <errno.h>

#include "record/record.h"
#include "record/uses.h"
#include "shim/state.h"
#include "stack/runtime.h"

/* A call that uses `fd` failed with EBADF. */
void misuse_used(enum call call, int fd);

/* The same of a call that may be made to ask whether the number is open. */
void misuse_asked(enum call call, int fd);

/* One of a set is not open: told where it is one that was closed. */
void misuse_marked(enum call call, int fd);

/* A call with two numbers failed with EBADF: it is a closed one, else one that was never open. */
void misuse_used_two(enum call call, int one, int other);

/* What a call on `fd` returned, looked at when it is -1. Returns it. */
static inline long used(enum call call, int fd, long result)
{
	if (__builtin_expect(result == -1, 0)) {
		if (errno == EBADF)
			misuse_used(call, fd);
	} else {
		use_mark(fd);
	}
	return result;
}

/* The same for a call that only may have asked. */
static inline long asked(enum call call, int fd, long result)
{
	if (__builtin_expect(result == -1, 0) && errno == EBADF)
		misuse_asked(call, fd);
	return result;
}

/* The same for a call with two numbers. */
static inline long used_two(enum call call, int one, int other, long result)
{
	if (__builtin_expect(result == -1, 0)) {
		if (errno == EBADF)
			misuse_used_two(call, one, other);
	} else {
		use_mark(one);
		use_mark(other);
	}
	return result;
}

/* The call may be a finaliser's, whose runtime closes `fd` later on by a stack that hides this. */
void misuse_lost(enum call call, int fd);

/* `fd` is watched no longer, or for less. */
static inline void unwatched(enum call call, int fd)
{
	if (__builtin_expect(runtimes_are_met(), 0))
		misuse_lost(call, fd);
}

/* The same for a call that returns its error. Returns it. */
static inline int used_error(enum call call, int fd, int error)
{
	if (__builtin_expect(error == EBADF, 0))
		misuse_used(call, fd);
	return error;
}

/* close_range() is about to find all of its numbers closed? Before it is called. */
void misuse_range_empty(enum call call, unsigned int first, unsigned int last);

/* A stream is about to be given up, by a release that has begun: is the number still its own? */
void misuse_stream_ends(const struct release *release);

/* A wrapper's whole release of a stream, which closes the number that it has. */
#define STREAM_RELEASE(call, fd, expression)                                                   \
	(__extension__({                                                                       \
		struct release release_ = record_release_begin(call, fd);                      \
		__typeof__(expression) result_;                                                \
		misuse_stream_ends(&release_);                                                 \
		result_ = (expression);                                                        \
		record_release_end(&release_, result_ == (__typeof__(result_))-1 ? errno : 0); \
		result_;                                                                       \
	}))

/* A release failed with EBADF. */
void misuse_release_failed(enum call call, int fd);

/* A call that opens failed: is it for want of numbers? */
void misuse_open_failed(enum call call);

/* A call opened `fd`, one of the first three. Before that is written down. */
void misuse_standard_taken(enum call call, int fd);

/* A file action of posix_spawn() puts something on `fd` in the new process, or LISTEN_FDS of a new
 * program names it: it is meant to have it. */
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
