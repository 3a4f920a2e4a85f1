/* SPDX-License-Identifier: MIT */
/* Slots of numbers: where they are, and doubts about who opened them. */
#include "recorder/recorder.h"

/*
 * How long after an overlap a number's openers are in doubt: a thread that lost
 * its processor between the kernel's answer and its record comes back by then.
 */
#define DOUBT_MS 1000

struct ledger_slot *recorder_slot_look_up(const struct recorder *recorder, int fd, bool is_create)
{
	bool has_standard = ledger_table_has_standard(recorder->table, fd);
	struct ledger_slot *slot = ledger_slot_at(recorder->ledger, recorder->table, fd,
						  is_create || has_standard);
	uint32_t leaf = (uint32_t)fd / LEDGER_SLOTS_PER_LEAF;

	if (slot && leaf < LEDGER_INDEX_DIRECT && recorder->leaves)
		atomic_store_explicit(&recorder->leaves[leaf],
				      slot - (uint32_t)fd % LEDGER_SLOTS_PER_LEAF,
				      memory_order_release);
	return slot;
}

static uint32_t now_ms(const struct recorder *recorder)
{
	return (uint32_t)(ledger_now_ns(recorder->ledger) / 1000000) + 1;
}

/* The time first: whoever clears the mark, or writes over it, looks at the time again afterwards.
 */
void recorder_slot_contest(const struct recorder *recorder, struct ledger_slot *slot)
{
	atomic_store(&slot->contested_ms, now_ms(recorder));
	atomic_fetch_or(&slot->facts, FACT_CONTESTED);
}

bool recorder_slot_doubted(const struct recorder *recorder, const struct ledger_slot *slot)
{
	return now_ms(recorder) - atomic_load_explicit(&slot->contested_ms, memory_order_relaxed) <
	       DOUBT_MS;
}
