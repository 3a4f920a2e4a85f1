/* SPDX-License-Identifier: MIT */
/*
 * --spread-numbers: a number that a descriptor had is not given to another one. What
 * a call opened is moved on to a number that nobody had yet, before the program
 * sees it. So who still uses or closes the old number gets EBADF, and misuse.h has it
 * with all its stacks, where it would have hit a stranger.
 *
 * Stays where it is: what is on 0, 1 or 2, what a program put on a number of its choice
 * (dup2, F_DUPFD onto the very number asked for), the number of a DIR or a walk of fts, message
 * queues (a close of any number drops the process's mq_notify(), fs/ipc/mqueue.c), and files once
 * the process has a lock of fcntl() (a close of any number of the file drops it, man 2 fcntl).
 * After a seccomp filter nothing moves any more.
 *
 * When the numbers are used up, they are taken in turn again, each as late as can be; the
 * process's entry says why. They are used up at the limit of open files, at
 * FD_SETSIZE where the program may call select(), at SPREAD_MOST, and where the
 * ledger has no room.
 *
 * Layer: preload. Context: target; async-signal-safe. Makes system calls, errno is kept.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_SPREAD_H
#define UNCLOSED_PRELOAD_RECORD_SPREAD_H

#include "shim/state.h"

/*
 * Numbers at most: the ledger has 64 bytes for each, and a fork copies 8 of the kernel's
 * for each up to the highest that is open.
 */
#define SPREAD_MOST 262144

/* The number for a new descriptor of this kind, `least` or above; spread() for those who ask. */
int spread_move(unsigned int kind, int fd, int least);

/* The program calls select(), with numbers. */
void spread_meets_select(void);

/* It has a lock of fcntl() or lockf(). */
void spread_meets_lock(void);

/* The number that the program gets in place of `fd`, which is new and open. While recording. */
static inline int spread(unsigned int kind, int fd, int least)
{
	return __builtin_expect(shim.spreads_numbers, 0) ? spread_move(kind, fd, least) : fd;
}

#endif
