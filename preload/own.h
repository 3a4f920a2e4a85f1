/* SPDX-License-Identifier: MIT */
/*
 * The shim's own range of addresses: its frames are cut by it, never by number.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_OWN_H
#define UNCLOSED_PRELOAD_OWN_H

#include <stdbool.h>
#include <stdint.h>

/* Find the range. At start, once. */
void own_init(void);

/* Does a program counter lie in the shim? Async-signal-safe. */
bool own_has(uint64_t pc);

#endif
