/* SPDX-License-Identifier: MIT */
/*
 * What a forked child is born with that the record of its parent does not tell: only
 * the kernel can say it. A thread of the parent may be between the kernel's answer and
 * its record of it when another one forks. And what a parent opens behind libc, by
 * io_uring or system calls of its own, is no child's leak.
 *
 * Layer: preload. Context: target; async-signal-safe; system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_BIRTH_H
#define UNCLOSED_PRELOAD_END_BIRTH_H

#include "ledger/layout.h"

/*
 * In the child, before it has opened or closed anything: ask the kernel for every
 * number that the record is not sure of, and note the answers in the child's table.
 * One system call for 64 numbers, and none where all of them are sure. What
 * is open for certain is not asked for: no driver's poll function is called for it.
 */
void birth_note(void);

/*
 * In a parent of one thread before the fork, whose child has the table `child`: ask for
 * every number that the record calls closed, and note those that are open in the
 * child's table. 1 µs, 3 µs for a table of 256 numbers; a larger one is counted first.
 */
void birth_announce(struct ledger_table *child);

#endif
