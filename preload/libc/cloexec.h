/* SPDX-License-Identifier: MIT */
/*
 * Where the close-on-exec of a call is, by its row of calls.def. A wrapper that
 * has the flags in its hands pays for one bit and no look-up:
 *
 *	FACT_CLOEXEC_OF(accept4, flags)
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_CLOEXEC_H
#define UNCLOSED_PRELOAD_LIBC_CLOEXEC_H

#include "ledger/layout.h"
#include "libc/real.h"

/* The column of a row as a number: one of these, or the argument and the bit in it. */
enum { CLOEXEC_NEVER_, CLOEXEC_MODE_, CLOEXEC_OTHER_, CLOEXEC_ALWAYS_ };
#define CLOEXEC_NEVER(advice) CLOEXEC_NEVER_
#define CLOEXEC_MODE(advice) CLOEXEC_MODE_
#define CLOEXEC_OTHER(advice) CLOEXEC_OTHER_
#define CLOEXEC_ALWAYS CLOEXEC_ALWAYS_
#define CLOEXEC_BIT(argument, mask, advice) ((argument) << 8 | __builtin_ctz(mask))

/* The argument that a column names, from 1 on; 0: it names none. */
static inline unsigned int cloexec_argument(unsigned int column)
{
	return column >> 8;
}

enum {
#define CALL(name, opens, released, number, cloexec) CLOEXEC_OF_##name = CLOEXEC_##cloexec,
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
};

/* FACT_CLOEXEC when a call with this column and this value of its argument asked for it, else 0. */
static inline uint32_t cloexec_fact(unsigned int column, uint32_t value)
{
	if (column == CLOEXEC_ALWAYS)
		return FACT_CLOEXEC;
	if (cloexec_argument(column) == 0)
		return 0;
	return value & UINT32_C(1) << (column & 0xff) ? FACT_CLOEXEC : 0;
}

/* The same for the row of that name, decided at compile time. */
#define FACT_CLOEXEC_OF(name, value) cloexec_fact(CLOEXEC_OF_##name, (uint32_t)(value))

#endif
