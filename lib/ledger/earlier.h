/* SPDX-License-Identifier: MIT */
/*
 * Earlier openers of a number, as a table's forks saw them.
 *
 * Layer: ledger, inside only. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_LEDGER_EARLIER_H
#define UNCLOSED_LEDGER_EARLIER_H

#include "ledger/ledger.h"

/* What one table knows of a number at one tick of its clock. */
enum lookup { LOOKUP_OPEN, LOOKUP_CLOSED, LOOKUP_ABOVE };

/*
 * What a number was between the ticks `tick - 1` and `tick`, by the openers
 * before the slot's present one. With LOOKUP_OPEN *ret_slot is the opener's;
 * LOOKUP_ABOVE: nothing happened to the number by then.
 */
enum lookup earlier_lookup(struct ledger *ledger, const struct ledger_slot *slot, uint32_t tick,
			   struct ledger_slot **ret_slot);

#endif
