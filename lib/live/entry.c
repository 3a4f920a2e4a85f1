/* SPDX-License-Identifier: MIT */
/* Which entry of a ledger is a process that runs. */
#include "live/entry.h"

bool live_entry_runs(const struct ledger_process *process)
{
	uint32_t state = LEDGER_LOAD(process->state);

	return state == PROCESS_RUNNING || state == PROCESS_ENDING;
}

bool live_entry_is(const struct ledger_process *entry, const struct live_process *process)
{
	uint32_t own = LEDGER_LOAD(entry->self_pid),
		 in_namespace = LEDGER_LOAD(entry->pid_namespace);

	if (own)
		return own == process->own_pid &&
		       (in_namespace == 0 || process->pid_namespace == 0 ||
			in_namespace == process->pid_namespace);
	for (unsigned int i = 0; i < process->number_count; i++)
		if (LEDGER_LOAD(entry->pid) == process->numbers[i])
			return true;
	return false;
}

uint32_t live_entry_find(struct ledger *ledger, const struct live_process *process)
{
	uint32_t found = UINT32_MAX, count = ledger_process_count(ledger);

	for (uint32_t i = 0; i < count; i++) {
		const struct ledger_process *entry = ledger_process_at(ledger, i);

		if (entry && live_entry_runs(entry) && live_entry_is(entry, process))
			found = i;
	}
	return found;
}

bool live_entry_comes_from(struct ledger *ledger, uint32_t index, uint32_t ancestor)
{
	while (index > ancestor) {
		const struct ledger_process *entry = ledger_process_at(ledger, index);
		uint32_t before = !entry                         ? index
				  : entry->origin == ORIGIN_EXEC ? entry->exec_of
								 : entry->parent;

		if (before >= index)
			return false;
		index = before;
	}
	return index == ancestor;
}
