/* SPDX-License-Identifier: MIT */
/*
 * The shim's own place in the process: its frames are cut by it, never by number.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_SELF_MAP_H
#define UNCLOSED_PRELOAD_SHIM_SELF_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/names.h"

/* Find our entry in the loader's chain. Once, before anything is looked up. */
void own_init(void);

/* That entry: what comes behind us is at its l_next. NULL in a libc that does not tell. */
const struct link_map *own_map(void);

/*
 * Are we behind libc and the loader in that chain? So is what a program loads while it runs, and
 * seldom something that it is linked to. Also in a namespace of dlmopen().
 */
bool own_is_behind_libc(void);

/* Are we in no list of the program's own, but in a namespace of dlmopen()? */
bool own_is_elsewhere(void);

/* From the linker: the first and the end of what is mapped for us. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

/* Does a program counter lie in the shim? Async-signal-safe. */
static inline bool own_has(uint64_t pc)
{
	return pc - (uintptr_t)__ehdr_start < (uintptr_t)(_end - __ehdr_start);
}

#endif
