/* SPDX-License-Identifier: MIT */
/*
 * What wrappers call. All policy of the shim is in here: guards, errno, re-entrancy.
 * The verbs of recorder/recorder.h do the storing. A wrapper is one expression over
 * one of these:
 *
 *	int accept4(int sock, struct sockaddr *addr, socklen_t *len, int flags)
 *	{
 *		return record_opened(CALL_accept4, REAL(accept4)(sock, addr, len, flags));
 *	}
 *
 * None of them makes a system call (but for the first touch of a page, once a thread
 * for its id and name, and with --spread-numbers), allocates, locks, or changes errno. A negative
 * descriptor means that the real call failed: it is passed on and nothing is recorded.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_RECORD_H
#define UNCLOSED_PRELOAD_RECORD_RECORD_H

#include <sys/socket.h>

#include "base/direct.h"
#include "ledger/layout.h"
#include "libc/cloexec.h"
#include "libc/real.h"
#include "recorder/recorder.h"

/* The program is to get that number: it may be another one than the kernel gave (spread.h). */
#define RECORD_IS_RETURNED __attribute__((warn_unused_result))

/*
 * A call is about to return the new descriptor `fd`, of the kind of its row. Returns
 * what to return in place of it.
 */
int record_opened(enum call call, int fd) RECORD_IS_RETURNED;

/* The same, with facts known from the arguments (enum slot_facts). */
DIRECT int record_opened_with(enum call call, int fd, uint32_t facts) RECORD_IS_RETURNED;

/* A call wrote a new descriptor of this kind to `place`, which may have any alignment. */
void record_opened_at(enum call call, unsigned int kind, void *place, uint32_t facts);

/* The number `fd` of what a call opened is in other hands already: a stream has it, a name. */
void record_held(enum call call, int fd, uint32_t facts);

/* A call that makes two: records both when `result` is 0. Returns result. */
int record_opened_pair(enum call call, int result, int fds[2], uint32_t facts);

/* `fd` is a new number, `least` or above, for what `from` refers to; returns as record_opened(). */
int record_duplicate(enum call call, int from, int fd, int least) RECORD_IS_RETURNED;

/* The same of a number that the program chose. */
void record_duplicate_held(enum call call, int from, int fd);

/* addresses.c: accept: an address is looked at only after success. Returns as record_opened(). */
int record_accepted(enum call call, int fd, const struct sockaddr *address, const socklen_t *length,
		    uint32_t facts) RECORD_IS_RETURNED;

/* A release under way: the slot is marked before the real call (struct release, recorder.h). */
DIRECT struct release record_release_begin(enum call call, int fd);

/*
 * The real call returned. `error` is 0 or its errno: with every errno but
 * EBADF the number is free (man 2 close; Linux releases it first).
 */
DIRECT void record_release_end(struct release *release, int error);

/* The real call failed and left its target untouched (dup2). */
void record_release_cancel(struct release *release);

/* A wrapper's whole release, from a call that returns 0 or sets errno. */
#define RECORD_RELEASE(call, fd, expression)                                                   \
	(__extension__({                                                                       \
		struct release release_ = record_release_begin(call, fd);                      \
		__typeof__(expression) result_ = (expression);                                 \
		record_release_end(&release_, result_ == (__typeof__(result_))-1 ? errno : 0); \
		result_;                                                                       \
	}))

/* Numbers that one call closes, without an error for holes. */
struct range {
	enum call call;
	unsigned int first, last;
	uint64_t started_ns;
};

/* Before the call: what another thread opens from here on may be spared by it. */
struct range record_range_begin(enum call call, unsigned int first, unsigned int last);

/* After success. */
void record_range_end(const struct range *range);

/* After success with CLOSE_RANGE_CLOEXEC: they stay open, and have close-on-exec. */
void record_range_marked(const struct range *range);

/* Set facts of an open descriptor; nothing happens when it is not known. */
void record_fact(int fd, uint32_t facts);

/* addresses.c: connect(): the address, and its errno with the place when it failed. Returns result.
 */
int record_connect(int fd, int result, const struct sockaddr *address, socklen_t length);

/* addresses.c: bind(): the address. Returns result. */
int record_bind(int fd, int result, const struct sockaddr *address, socklen_t length);

/*
 * messages.c: recvmsg and sendmsg: the descriptors in the control part. `cloexec` is what
 * the call's flags say of those that were sent. Return result.
 */
long record_received(enum call call, long result, struct msghdr *message, uint32_t cloexec);
long record_sent(enum call call, long result, const struct msghdr *message);

#endif
