/* SPDX-License-Identifier: MIT */
/*
 * A process nears the number of descriptors that it may have, or meets it.
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_LIMITS_H
#define UNCLOSED_RECORDER_LIMITS_H

#include "recorder/recorder.h"

/* How many numbers from `first` on are open, as the record has it. Looks at all that may be. */
uint32_t recorder_open_count(const struct recorder *recorder, uint32_t first);

/* Write down that `limit->mark` was met, now, and wait for a tool to take it. False: no room. */
bool recorder_limit(const struct recorder *recorder, const struct ledger_limit *limit);

/* So many of `limit` descriptors are those of a mark: 52 of 64 for LIMIT_80. */
uint32_t limit_mark_count(enum limit_mark mark, uint32_t limit);

#endif
