/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing a ledger that somebody may cut short meanwhile.
 *
 * An access behind the end of a mapped file raises SIGBUS. While a guard is up, the
 * window it falls into is exchanged for zeroed memory of ours, and the access is made
 * again: the launcher lives on, and sees an empty ledger.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_GUARD_H
#define UNCLOSED_CLI_GUARD_H

#include "ledger/ledger.h"

/* Guard the windows of `ledger`, one at a time, until guard_end(). */
void guard_begin(struct ledger *ledger);
void guard_end(void);

/* In a forked child that becomes another program: SIGBUS as it was given to us. */
void guard_leave(void);

#endif
