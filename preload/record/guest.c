/* SPDX-License-Identifier: MIT */
/* Processes that run in our memory, told apart by their pids. */
#include "record/guest.h"

#include "base/raw.h"
#include "shim/state.h"

void guest_expect(void)
{
	/* It may write to our records when we are gone. */
	if (shim_is_recording())
		atomic_fetch_or_explicit(&shim.recorder.process->holders, HOLDERS_NAMED,
					 memory_order_relaxed);
	if (!shim.host_pid && shim_may_call_kernel())
		shim.host_pid = (uint32_t)raw0(SYS_getpid);
}

bool guest_is_calling(void)
{
	return shim.host_pid && shim_may_call_kernel() &&
	       (uint32_t)raw0(SYS_getpid) != shim.host_pid;
}
