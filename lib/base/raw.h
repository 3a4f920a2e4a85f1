/* SPDX-License-Identifier: MIT */
/*
 * System calls made directly: no libc function, no errno, no cancellation
 * point, no interposed name. Each returns what the kernel returned: a result,
 * or -errno.
 *
 * Layer: base. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_BASE_RAW_H
#define UNCLOSED_BASE_RAW_H

#include <stddef.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long raw6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long raw6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
}
#else
#error "system calls of this architecture are not known here"
#endif

#define raw0(number) raw6(number, 0, 0, 0, 0, 0, 0)
#define raw1(number, a) raw6(number, (long)(a), 0, 0, 0, 0, 0)
#define raw2(number, a, b) raw6(number, (long)(a), (long)(b), 0, 0, 0, 0)
#define raw3(number, a, b, c) raw6(number, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define raw4(number, a, b, c, d) raw6(number, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define raw5(number, a, b, c, d, e)                                                                \
	raw6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* Does a result stand for an error? */
static inline int raw_failed(long result)
{
	return (unsigned long)result > -4096UL;
}

#endif
