/* SPDX-License-Identifier: MIT */
/* Seccomp filters: once one is in, a system call of ours may kill the program. */
#include "end/seccomp.h"

#include "end/finish.h"
#include "shim/state.h"

void seccomp_entered(void)
{
	if (!shim.is_active)
		return;
	atomic_store_explicit(&shim.has_filter, true, memory_order_relaxed);
	LEDGER_STORE(shim.recorder.process->has_filter, 1); /* to be told */
	shim.ledger.is_frozen = true;
}

void seccomp_prepare(void)
{
	if (!shim_is_recording())
		return;
	if (shim.ledger.reserve_ref)
		return; /* a further filter */
	(void)thread_tid();
	ledger_reserve(&shim.ledger);
	finish_before_filter();
}
