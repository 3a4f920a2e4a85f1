/* SPDX-License-Identifier: MIT */
/*
 * Loaded objects, written down as soon as a recorded frame lies in one.
 *
 * Layer: preload. Context: target; async-signal-safe except where said.
 */
#ifndef UNCLOSED_PRELOAD_STACK_MODULES_H
#define UNCLOSED_PRELOAD_STACK_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/names.h"

/* The modules of program counters are in the ledger afterwards. Code made at run time has none. */
void modules_note(const uint64_t *pcs, unsigned int depth);

/*
 * Make of counters, noted before, those at the home of this program. Returns its
 * reference; 0: they are as they were, for the image of this process.
 */
uint32_t modules_go_home(uint64_t *pcs, unsigned int depth);

/* After a dlclose: what was remembered of modules that are gone does not hold any more. */
void modules_sweep(void);

/*
 * Serve dl_iterate_phdr() to libunwind without the loader's lock: one call of
 * `callback` for the module that holds the address that `data` begins with
 * (struct dwarf_callback_data, src/dwarf/Gfind_proc_info-lsb.c of libunwind
 * 1.1 to 1.8). Returns what the callback returned, or 0.
 */
int modules_iterate_for_unwinder(int (*callback)(struct dl_phdr_info *, size_t, void *),
				 void *data);

#endif
