/* SPDX-License-Identifier: MIT */
/*
 * Closes counted by where the descriptor had been opened and where it was
 * closed: what "14 of 16 were closed at drop_client" is read from.
 *
 * Layer: preload. Context: target, only while recording; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_PAIRS_H
#define UNCLOSED_PRELOAD_RECORD_PAIRS_H

#include "record/record.h"

/* One more close, at the stack `close_ref`, of what `release` has released. */
void pairs_count(const struct release *release, uint32_t close_ref);

/* One more block of memory given back at the stack `free_ref`. */
void pairs_count_block(const struct ledger_block *block, uint32_t free_ref);

#endif
