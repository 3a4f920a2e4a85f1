/* SPDX-License-Identifier: MIT */
/*
 * The kernel's clocks, whoever stands in front of libc's: under libfaketime
 * clock_gettime() tells another time, and a sanitizer's may not be called yet.
 *
 * Layer: base. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_BASE_CLOCK_H
#define UNCLOSED_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/raw.h"

/* As clock_gettime(), but the result is a negative error. */
typedef int clock_fn(clockid_t clock, struct timespec *ret_time);

/* The function that the kernel maps into each process (man 7 vdso); NULL: there is none. */
clock_fn *clock_find(void);

/* The time of a clock, by that function or, where it is NULL, by the system call. */
static inline uint64_t clock_read_ns(clock_fn *clock, clockid_t id)
{
	struct timespec now;

	/* It makes the system call itself where it cannot do without (man 7 vdso). */
	if (__builtin_expect(clock != NULL, 1))
		(void)clock(id, &now);
	else
		(void)raw2(SYS_clock_gettime, id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
