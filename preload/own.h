/* SPDX-License-Identifier: MIT */
/*
 * The shim's own place in the process: its frames are cut by it, never by number.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_OWN_H
#define UNCLOSED_PRELOAD_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"

/* Find our entry in the loader's chain. Once, before anything is looked up. */
void own_init(void);

/* That entry: what comes behind us is at its l_next. NULL in a libc that does not tell. */
const struct link_map *own_map(void);

/* Does a program counter lie in the shim? Async-signal-safe. */
bool own_has(uint64_t pc);

#endif
