/* SPDX-License-Identifier: MIT */
/* Entries in the ledger for processes that are about to start. */
#include "record/announce.h"

#include <string.h>

#include "base/raw.h"
#include "record/guest.h"
#include "record/identity.h"
#include "record/scopes.h"
#include "record/sweep.h"
#include "shim/state.h"

struct ledger_process *announce(enum process_origin origin, enum table_link link,
				const char *target, uint32_t *ret_index)
{
	struct ledger *ledger = &shim.ledger;
	struct ledger_process *process;
	uint32_t tick, table_ref;

	if (self.vfork_depth == 0)
		(void)guest_is_calling(); /* a foundling announces for itself */
	if (origin != ORIGIN_EXEC)
		sweep_children();
	tick = ledger_table_tick(shim_recorder()->table);
	process = ledger_process_new(ledger, ret_index);
	table_ref = process ? ledger_table_new(ledger, link, shim_recorder()->table_ref,
							tick, *ret_index)
				     : 0;

	if (!table_ref) {
		if (process)
			ledger_process_return(ledger, *ret_index);
		ledger_lose(ledger, LOSS_PROCESSES);
		*ret_index = shim.recorder.process_index;
		return NULL;
	}
	LEDGER_COUNT(shim.recorder.process->holders);
	process->origin = origin;
	process->parent = shim.recorder.process_index;
	process->ppid = atomic_load_explicit(&shim.recorder.process->pid, memory_order_relaxed);
	process->uid = shim.recorder.process->uid;
	process->scope_ref = scope_current();
	if (origin == ORIGIN_EXEC) {
		process->exec_of = shim.recorder.process_index;
		process->parent = shim.recorder.process->parent;
		process->ppid = shim.recorder.process->ppid;
		process->pid =
			atomic_load_explicit(&shim.recorder.process->pid, memory_order_relaxed);
	}
	if (origin != ORIGIN_FORK)
		identity_announce(process, origin == ORIGIN_EXEC || self.vfork_depth > 0 ||
						   guest_is_calling());
	/* Another user than ours may not open the ledger: that is why there is no hello then. */
	if (target && shim_may_call_kernel())
		process->uid = (uint32_t)raw0(SYS_geteuid);
	if (target)
		process->target_ref = ledger_name_add(ledger, target, strlen(target));
	process->table_ref = table_ref;
	process->has_filter = !shim_may_call_kernel();
	atomic_store_explicit(&process->state, PROCESS_EXPECTED, memory_order_release);
	return process;
}

void announce_withdraw(uint32_t index)
{
	ledger_withdraw(&shim.ledger, index);
}

void announce_hold(uint32_t index)
{
	struct ledger_process *process = ledger_process_at(&shim.ledger, index);

	if (process)
		LEDGER_COUNT(process->holders);
}

void announce_release(uint32_t index)
{
	struct ledger_process *process = ledger_process_at(&shim.ledger, index);

	if (process)
		(void)atomic_fetch_sub_explicit(&process->holders, 1, memory_order_release);
}
