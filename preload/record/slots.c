/* SPDX-License-Identifier: MIT */
#include "record/slots.h"

struct ledger_slot *slot_look_up(int fd, bool is_create)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim_table(), fd, is_create);
	uint32_t leaf = (uint32_t)fd / LEDGER_SLOTS_PER_LEAF;

	if (slot && leaf < LEDGER_INDEX_DIRECT && !self.table_ref)
		atomic_store_explicit(&shim.leaves[leaf],
				      slot - (uint32_t)fd % LEDGER_SLOTS_PER_LEAF,
				      memory_order_release);
	return slot;
}

void slots_forget(void)
{
	for (uint32_t leaf = 0; leaf < LEDGER_INDEX_DIRECT; leaf++)
		atomic_store_explicit(&shim.leaves[leaf], NULL, memory_order_relaxed);
}
