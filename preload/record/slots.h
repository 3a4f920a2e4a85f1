/* SPDX-License-Identifier: MIT */
/*
 * The calling thread's descriptor table: from a number to its slot. The first
 * 128 numbers are found in one step, because their leaves never move.
 *
 * Layer: preload. Context: target, only while recording; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_SLOTS_H
#define UNCLOSED_PRELOAD_RECORD_SLOTS_H

#include "shim/state.h"

/* The slot of `fd`, which is not negative, by the long way. NULL: none, or with `is_create` no
 * room. */
struct ledger_slot *slot_look_up(int fd, bool is_create);

/* The leaves are another table's from now on: in a forked child. */
void slots_forget(void);

/* The slot of `fd`, which is not negative, if it was met before. */
static inline struct ledger_slot *slot_met(int fd)
{
	uint32_t leaf = (uint32_t)fd / LEDGER_SLOTS_PER_LEAF;
	struct ledger_slot *slots;

	if (__builtin_expect(leaf >= LEDGER_INDEX_DIRECT || self.table_ref, 0))
		return NULL;
	slots = atomic_load_explicit(&shim.leaves[leaf], memory_order_acquire);
	return slots ? slots + (uint32_t)fd % LEDGER_SLOTS_PER_LEAF : NULL;
}

/* The slot of `fd`, if it has one. */
static inline struct ledger_slot *slot_find(int fd)
{
	struct ledger_slot *slot = slot_met(fd);

	return __builtin_expect(slot != NULL, 1) ? slot : slot_look_up(fd, false);
}

/* The slot of `fd`, made if there was none; NULL: no room. */
static inline struct ledger_slot *slot_make(int fd)
{
	struct ledger_slot *slot = slot_met(fd);

	return __builtin_expect(slot != NULL, 1) ? slot : slot_look_up(fd, true);
}

#endif
