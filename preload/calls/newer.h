/* SPDX-License-Identifier: MIT */
/*
 * Functions that libc may be too old to have (CALL_SINCE). Only a program that holds
 * a weak reference to such a function's version asks an older libc for it; such a
 * program gets the system call, which is all that the function is.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_NEWER_H
#define UNCLOSED_PRELOAD_CALLS_NEWER_H

#include <errno.h>

#include "base/raw.h"
#include "libc/real.h"

/* What a system call returned, as a function of libc returns it. */
static inline int raw_as_libc(long result)
{
	if (!raw_failed(result))
		return (int)result;
	errno = (int)-result;
	return -1;
}

/* Call a function with its arguments (two to six), or a system call. */
#define REAL_OR_NUMBER(name, number, ...)                                   \
	(__extension__({                                                    \
		__typeof__(name) *newer_ = REAL_SINCE(name);                \
		newer_ ? newer_(__VA_ARGS__) : KERNEL(number, __VA_ARGS__); \
	}))

/* The same, where the system call has the function's name. */
#define REAL_OR_KERNEL(name, ...) REAL_OR_NUMBER(name, SYS_##name, __VA_ARGS__)

#define KERNEL(number, ...) \
	raw_as_libc(RAW_OF(__VA_ARGS__, raw_words, raw5, raw4, raw3, raw2, )(number, __VA_ARGS__))
#define RAW_OF(first, second, third, fourth, fifth, sixth, raw, ...) raw
#define raw_words(number, a, b, c, d, e, f) \
	raw6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
