/* SPDX-License-Identifier: MIT */
/*
 * Entries of a ledger, and the processes of this host that they are.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_ENTRY_H
#define UNCLOSED_LIVE_ENTRY_H

#include "ledger/ledger.h"
#include "live/process.h"

/* Has it begun, and neither ended nor executed another program? */
bool live_entry_runs(const struct ledger_process *entry);

/*
 * Is it this process, by its number? A forked child that has not answered yet has the number that
 * its parent was given for it.
 */
bool live_entry_is(const struct ledger_process *entry, const struct live_process *process);

/* The latest entry that has said that it is this process; UINT32_MAX: none has. */
uint32_t live_entry_find(struct ledger *ledger, const struct live_process *process);

/* Does entry `index` come from `ancestor` by forks and execs? Parents have lower numbers. */
bool live_entry_comes_from(struct ledger *ledger, uint32_t index, uint32_t ancestor);

#endif
