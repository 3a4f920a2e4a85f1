/* SPDX-License-Identifier: MIT */
/*
 * Closes counted by where the descriptor had been opened and where it was
 * closed: what "14 of 16 were closed at drop_client" is read from.
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_PAIRS_H
#define UNCLOSED_RECORDER_PAIRS_H

#include "base/direct.h"
#include "recorder/recorder.h"

/* One more close, by the thread `tid` at `stack_ref`, of what `release` has released. */
DIRECT void recorder_pair_closed(const struct recorder *recorder, const struct release *release,
				 uint32_t stack_ref, uint32_t tid);

/* One more block of memory given back at the stack `free_ref`. */
void recorder_pair_freed(const struct recorder *recorder, const struct ledger_block *block,
			 uint32_t free_ref);

#endif
