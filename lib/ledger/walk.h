/* SPDX-License-Identifier: MIT */
/*
 * Bounds for walks along a list of the ledger. Any process of the session may store
 * anything there: a list that was bent into a circle must not hold up the others.
 *
 * Layer: ledger. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_LEDGER_WALK_H
#define UNCLOSED_LEDGER_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* Members looked at: more than any list of an honest ledger has. 10 ms and more. */
#define LEDGER_WALK_MAX (UINT32_C(1) << 20)

/* Of one walk; starts as zeros. */
struct ledger_walk {
	uint32_t steps;
	uint32_t met_ref; /* the member at the latest power of two (Brent, 1980) */
};

/* May the member at `ref` be looked at? False: it was before, or there are too many. */
static inline bool walk_goes_on(struct ledger_walk *walk, uint32_t ref)
{
	if (ref == walk->met_ref || walk->steps >= LEDGER_WALK_MAX)
		return false;
	walk->steps++;
	if ((walk->steps & (walk->steps - 1)) == 0)
		walk->met_ref = ref;
	return true;
}

#endif
