/* SPDX-License-Identifier: MIT */
/* The use of a descriptor after a fork, written into its slot the first time. */
#include "record/uses.h"

#include <unistd.h>

/* In a forked child the slot of a number is made when the child first does something with it. */
void use_write_down(int fd)
{
	const struct recorder *recorder;
	struct ledger_slot *slot;

	if (fd <= STDERR_FILENO || !shim_is_recording())
		return;
	recorder = shim_recorder();
	slot = recorder->table->link == LINK_FORK ? recorder_slot_make(recorder, fd)
						  : recorder_slot_find(recorder, fd);
	if (!slot || LEDGER_LOAD(slot->facts) & (FACT_USED_SINCE | FACT_OUTSIDE))
		return;
	if (slot_state(LEDGER_LOAD(slot->word)) == SLOT_OPEN &&
	    LEDGER_LOAD(slot->opened_fork) == LEDGER_LOAD(recorder->table->forks))
		return; /* nobody has a copy */
	atomic_fetch_or_explicit(&slot->facts, FACT_USED_SINCE, memory_order_relaxed);
}
