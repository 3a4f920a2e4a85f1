/* SPDX-License-Identifier: MIT */
/* What this process knows of its own record, at its end: is it still as it was written? */
#include "end/own_record.h"

#include "ledger/seal.h"
#include "shim/state.h"

static bool entry_is_ours(struct ledger_process *process)
{
	uint32_t index = shim.recorder.process_index, state = LEDGER_LOAD(process->state);

	return ledger_process_at(&shim.ledger, index) == process &&
	       (state == PROCESS_RUNNING || state == PROCESS_ENDING || state == PROCESS_ENDED) &&
	       process->origin < ORIGIN_COUNT && process->exec_of <= index &&
	       process->started_ns <= ledger_now_ns(&shim.ledger) &&
	       (shim.pid == 0 || LEDGER_LOAD(process->pid) != 0) &&
	       LEDGER_LOAD(process->table_ref) == shim.recorder.table_ref &&
	       LEDGER_LOAD(process->image_ref) == shim.image_ref;
}

static bool table_is_ours(const struct ledger_table *table)
{
	return table->link < LINK_COUNT && table->process <= shim.recorder.process_index;
}

/* Are the lists there that this process has begun, and no others? */
static bool lists_are_ours(const struct ledger_process *process)
{
	return atomic_load(&shim.has_events) == (LEDGER_LOAD(process->events_ref) != 0) &&
	       atomic_load(&shim.has_memory) == (LEDGER_LOAD(process->memory_ref) != 0);
}

bool own_record_check(void)
{
	struct ledger_process *process = shim.recorder.process;
	bool is_ours = entry_is_ours(process) && table_is_ours(shim.recorder.table) &&
		       lists_are_ours(process);

	if (is_ours)
		return true;
	LEDGER_STORE(process->table_ref, shim.recorder.table_ref);
	LEDGER_STORE(process->image_ref, shim.image_ref);
	return false;
}

void own_record_seal(bool has_other_threads)
{
	struct ledger_process *process = shim.recorder.process;

	LEDGER_STORE(process->table_seal,
		     has_other_threads || shim.is_table_shared || shim.has_guests ||
				     self.recorder
			     ? 0
			     : ledger_table_sum(&shim.ledger, process));
	LEDGER_STORE(process->seal, ledger_process_sum(&shim.ledger, process));
}
