/* SPDX-License-Identifier: MIT */
/*
 * May a program that is about to be started join the session, and how?
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_JOIN_H
#define UNCLOSED_PRELOAD_PROCESS_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/layout.h"
#include "process/target.h"

/* How a program that is about to be started is to be led into the session. */
struct joining {
	bool is_preloaded; /* false: it would be harmed, or hear complaints; it is not covered */
	enum process_hindrance hindrance; /* why not, where we know it */
	uint32_t index;                   /* entry that is to say hello */
	bool is_same_process; /* the next image of this process, which reports if we do (bare.h) */
	struct target target;
};

/*
 * Decide by its environment, by what will be executed (target.h), and by where we are: not behind a
 * seccomp filter, nor where our library's file cannot be reached. The index is
 * left to the caller. NULL for `argv`: they do not matter.
 */
void joining_decide(struct joining *ret_joining, const char *path, bool is_searched,
		    char *const *argv, char *const *environment);

/* Is its environment to be repaired? Not where that keeps it out of the session. */
static inline bool joining_is_led(const struct joining *joining)
{
	return joining->hindrance != HINDRANCE_OFF && joining->hindrance != HINDRANCE_SESSION &&
	       joining->hindrance != HINDRANCE_VARIABLE;
}

/* Will the program say what it found open, for all that is known? */
static inline bool joining_is_answered(const struct joining *joining)
{
	return joining->is_preloaded && !joining->target.is_static;
}

#endif
