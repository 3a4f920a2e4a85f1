/* SPDX-License-Identifier: MIT */
/* Other processes that run our code in this one's place, told apart by their pids. */
#include "record/guest.h"

#include <errno.h>
#include <linux/kcmp.h>

#include "base/raw.h"
#include "shim/state.h"

void guest_expect(void)
{
	/* It may write to our records when we are gone. */
	if (shim_is_recording())
		atomic_fetch_or_explicit(&shim.recorder.process->holders, HOLDERS_NAMED,
					 memory_order_relaxed);
	shim.expects_guests = true;
}

/*
 * The kernel may not be asked in a container. Then who was not expected is taken for a guest,
 * too: what it does is recorded as if it were a thread's, and that is said.
 */
static bool is_in_our_memory(long caller)
{
	long result = raw5(SYS_kcmp, shim.pid, caller, KCMP_VM, 0, 0);

	if (!raw_failed(result))
		return result == 0;
	if (shim.expects_guests)
		return true;
	/* Nobody has our number any more; but in a pid namespace of its own it would not know. */
	if (result == -ESRCH && raw0(SYS_getppid) != 0)
		return false;
	LEDGER_STORE(shim.recorder.process->not_followed, 1);
	return true;
}

bool guest_is_calling(void)
{
	long caller;

	if (!shim.pid || !shim_may_call_kernel())
		return false;
	caller = raw0(SYS_getpid);
	if (caller == (long)shim.pid)
		return false;
	if (is_in_our_memory(caller))
		return true;
	shim.adopt(raw5(SYS_kcmp, shim.pid, caller, KCMP_FILES, 0, 0) == 0);
	return false;
}

bool guest_was_found(void)
{
	uint32_t before = shim.recorder.process_index;

	atomic_store_explicit(&shim.has_new_stack, false, memory_order_relaxed);
	(void)guest_is_calling(); /* for what it finds out */
	return shim.recorder.process_index != before;
}
