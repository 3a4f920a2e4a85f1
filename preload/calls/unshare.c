/* SPDX-License-Identifier: MIT */
/*
 * unshare(CLONE_FILES) and CLOSE_RANGE_UNSHARE: the thread gets a descriptor table of
 * its own.
 */
#include "calls/unshare.h"

#include <linux/close_range.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "shim/state.h"

/* Of /proc/self/task: its name, its "." and the ".." of its only thread. */
#define TASK_LINKS_OF_ONE 3

void table_unshared(void)
{
	uint32_t tick, ref;

	if (!shim_is_recording())
		return;
	tick = ledger_table_tick(shim_recorder()->table);
	ref = ledger_table_new(&shim.ledger, LINK_FORK, shim_recorder()->table_ref, tick,
			       shim.recorder.process_index);
	/* Two tables by now, of which the end handler can ask for one. */
	atomic_store_explicit(&shim.recorder.process->not_followed, 1, memory_order_relaxed);
	if (!ref) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return;
	}
	self.recorder = *shim_recorder();
	self.recorder.table = ledger_table_at(&shim.ledger, ref);
	self.recorder.table_ref = ref;
	self.recorder.leaves = NULL;
	self.has_own_table = true;
}

/*
 * A process of one thread keeps its table: nobody is left who shares it. libc
 * only knows that there never was a second one; the kernel counts a directory
 * a thread.
 */
static bool has_other_threads(void)
{
	struct stat status;

	if (process_is_single_threaded())
		return false;
	return !shim_is_recording() || !shim_may_call_kernel() ||
	       raw_failed(raw4(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &status, 0)) ||
	       status.st_nlink != TASK_LINKS_OF_ONE;
}

int unshare(int flags)
{
	int result = REAL(unshare)(flags);

	if (result == 0 && flags & CLONE_FILES && has_other_threads())
		table_unshared();
	return result;
}

void close_range_done(const struct range *range, unsigned int flags)
{
	if (flags & CLOSE_RANGE_UNSHARE && has_other_threads())
		table_unshared();
	if (flags & CLOSE_RANGE_CLOEXEC)
		record_range_marked(range);
	else
		record_range_end(range);
}
