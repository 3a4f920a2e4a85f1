/* SPDX-License-Identifier: MIT */
/* The list of marks that a process has met on the way to its limit of descriptors. */
#include "recorder/limits.h"

#include <limits.h>

static bool is_open(const struct ledger_slot *slot)
{
	switch (slot_state(LEDGER_LOAD(slot->word))) {
	case SLOT_OPEN:
	case SLOT_CLOSING:
	case SLOT_OUTSIDE:
	case SLOT_UNSEEN:
		return true;
	default:
		return false;
	}
}

/* In the table of a fork, a number without a slot is as the parent had it. */
uint32_t recorder_open_count(const struct recorder *recorder, uint32_t first)
{
	uint32_t limit = ledger_view_limit(recorder->ledger, recorder->table_ref), count = 0;

	for (uint32_t fd = first;
	     (fd = ledger_view_next(recorder->ledger, recorder->table_ref, fd)) < limit &&
	     fd <= INT_MAX;
	     fd++) {
		const struct ledger_slot *slot = recorder_slot_find(recorder, (int)fd);

		if (slot && slot_state(LEDGER_LOAD(slot->word)) != SLOT_NONE)
			count += is_open(slot);
		else
			count +=
				ledger_view_is_open(recorder->ledger, recorder->table_ref, (int)fd);
	}
	return count;
}

bool recorder_limit(const struct recorder *recorder, const struct ledger_limit *limit)
{
	uint32_t ref = ledger_record_alloc(recorder->ledger, sizeof(*limit));
	struct ledger_limit *record = ledger_at(recorder->ledger, ref, sizeof(*record));
	uint32_t first = LEDGER_LOAD(recorder->process->limits_ref);

	if (!record) {
		ledger_lose(recorder->ledger, LOSS_EVENTS);
		return false;
	}
	*record = *limit;
	record->at_ns = ledger_now_ns(recorder->ledger);
	do
		record->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(&recorder->process->limits_ref, &first, ref,
						      memory_order_release, memory_order_relaxed));
	return true;
}

uint32_t limit_mark_count(enum limit_mark mark, uint32_t limit)
{
	static const uint8_t percents[] = { [LIMIT_80] = 80, [LIMIT_90] = 90, [LIMIT_95] = 95 };

	if (mark >= sizeof(percents))
		return limit;
	return (uint32_t)(((uint64_t)limit * percents[mark] + 99) / 100);
}
