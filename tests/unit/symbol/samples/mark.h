/* SPDX-License-Identifier: MIT */
/*
 * A sample program says itself what a symbolizer should find: each mark prints
 *
 *     ADDRESS FUNCTION:LINE FUNCTION:LINE …
 *
 * with an ELF address inside of the call and the functions around it, the
 * innermost first. Each inlined function is told the line of its caller.
 */
#ifndef UNCLOSED_TESTS_SAMPLES_MARK_H
#define UNCLOSED_TESTS_SAMPLES_MARK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif

#include <link.h>
#include <stdint.h>
#include <stdio.h>

#define NOINLINE __attribute__((noinline, noclone))
#define INLINE __attribute__((always_inline)) inline

static int mark_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1; /* the program comes first */
}

static NOINLINE void mark_at(uintptr_t address)
{
	uintptr_t base = 0;

	dl_iterate_phdr(mark_base, &base);
	printf("\n%#lx", (unsigned long)(address - base));
}

static NOINLINE void mark_frame(const char *function, int line)
{
	printf("\t%s:%d", function, line);
}

/* The return address is the one of the call to this function. */
static NOINLINE void mark(void)
{
	mark_at((uintptr_t)__builtin_return_address(0) - 1);
}

#endif
