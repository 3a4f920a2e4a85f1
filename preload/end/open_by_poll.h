/* SPDX-License-Identifier: MIT */
/*
 * Are no other numbers open than those that were asked for? The kernel counts
 * them for who asks /proc, but the first use of /proc costs a process 19 µs, a
 * sixth of what the shim is to a short one. Two calls tell it without:
 *
 * select() does not look at numbers behind the end of the process's table, and
 * says EBADF for a closed one before it. So a closed number that it does not
 * complain about lies behind the table, and no number from there on is open.
 * (core_sys_select() in fs/select.c; the table begins with 64 places, and grows
 * to powers of two: fs/file.c. It never shrinks, but fork() makes a small copy.)
 * poll() then tells of each number before that, unless it is known to be open:
 * what is closed has no poll function that could be called.
 *
 * Where a kernel is another one, or the table larger, the answer is: not known.
 *
 * Layer: preload. Context: target; async-signal-safe; system calls, for those
 * who may make them (finish.h, inherited.h).
 */
#ifndef UNCLOSED_PRELOAD_END_OPEN_BY_POLL_H
#define UNCLOSED_PRELOAD_END_OPEN_BY_POLL_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBERS_FEW 64  /* places of the smallest table: 2 µs */
#define NUMBERS_MAX 256 /* 7 µs */

struct numbers {
	uint64_t open[NUMBERS_MAX / 64]; /* a bit each that was found open */
	bool has_higher;                 /* one behind those */
};

/* `fd` was found open. */
void numbers_note(struct numbers *numbers, int fd);

/* Does the process's table end before `fd`, NUMBERS_MAX at most? False where that does not show. */
bool number_is_behind_table(unsigned int fd);

/*
 * Are all others closed? False: there is another one, or it is not known, as in a
 * table of more than `most` places, NUMBERS_MAX at most.
 */
bool numbers_are_all(const struct numbers *numbers, unsigned int most);

#endif
