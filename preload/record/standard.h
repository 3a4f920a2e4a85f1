/* SPDX-License-Identifier: MIT */
/*
 * The first three numbers. Programs are given them, close them and try them defensively;
 * what is put there on purpose stands for a stream, too. Only what a call opened that
 * takes any number is the program's as all others are.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_STANDARD_H
#define UNCLOSED_PRELOAD_RECORD_STANDARD_H

#include <unistd.h>

#include "ledger/layout.h"
#include "libc/real.h"

/* Does the call put what it opens on a number that was chosen (column `number`: PLACED)? */
static inline bool call_places(enum call call)
{
	switch (call) {
#define PLACES_LOWEST(name)
#define PLACES_ANY(name)
#define PLACES_PLACED(name) case CALL_##name:
#define CALL(name, opens, released, number, cloexec) PLACES_##number(name)
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
#undef PLACES_LOWEST
#undef PLACES_ANY
#undef PLACES_PLACED
		return true;
	default:
		return false;
	}
}

/* Does `fd`, whose slot says `word`, stand for one of the standard streams? */
static inline bool standard_is_stream(int fd, uint64_t word)
{
	return fd >= 0 && fd <= STDERR_FILENO &&
	       (slot_call(word) == CALL_none || call_places(slot_call(word)));
}

#endif
