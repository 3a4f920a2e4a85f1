/* SPDX-License-Identifier: MIT */
/*
 * Entries for processes that are about to come to life.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_ANNOUNCE_H
#define UNCLOSED_PRELOAD_RECORD_ANNOUNCE_H

#include "ledger/layout.h"

/*
 * A new entry in state PROCESS_EXPECTED with a table that comes from the
 * calling thread's. `target` is what will be executed, NULL for a fork.
 * NULL when there is no room (counted).
 */
struct ledger_process *announce(enum process_origin origin, enum table_link link,
				const char *target, uint32_t *ret_index);

/* It did not come to life after all. */
void announce_withdraw(uint32_t index);

/*
 * The caller will come back to the entry when the process may be gone already, and another
 * thread may have waited for it: it is not given back before announce_release().
 */
void announce_hold(uint32_t index);
void announce_release(uint32_t index);

#endif
