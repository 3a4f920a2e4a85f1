/* SPDX-License-Identifier: MIT */
/*
 * Work that needs a descriptor for a moment, where other threads must not see a
 * number missing among their own: a short-lived process does it that has a copy
 * of the table, our memory, and no exit signal (60 µs; more with a large table).
 *
 * Layer: preload. Context: target; async-signal-safe; not in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_HELPER_PROCESS_H
#define UNCLOSED_PRELOAD_PROCESS_HELPER_PROCESS_H

#include <stdbool.h>

/*
 * Run `work` there and come back when it is done, with all signals blocked
 * meanwhile. It may use a stack of 16 KiB, and must not return by other means.
 * False: there could be no such process, and nothing was done.
 */
bool apart_run(void (*work)(void *data), void *data);

#endif
