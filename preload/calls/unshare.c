/* SPDX-License-Identifier: MIT */
/*
 * unshare(CLONE_FILES) and CLOSE_RANGE_UNSHARE: the thread gets a descriptor table of
 * its own.
 */
#include "calls/unshare.h"

#include <linux/close_range.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "end/birth.h"
#include "record/guest.h"
#include "shim/state.h"

/* Of /proc/self/task: its name, its "." and the ".." of its only thread. */
#define TASK_LINKS_OF_ONE 3

/* Threads of a process that get one. What they record is told of as not followed anyway. */
#define OWN_TABLES_MAX 256

/* Of a thread for good: nobody says when one ends. */
static struct recorder *recorder_new(void)
{
	static struct recorder recorders[OWN_TABLES_MAX];
	static _Atomic(uint32_t) count;
	uint32_t number = atomic_load_explicit(&count, memory_order_relaxed);

	if (self.recorder)
		return &recorders[self.recorder - recorders];
	while (number < OWN_TABLES_MAX)
		if (atomic_compare_exchange_weak(&count, &number, number + 1))
			return &recorders[number];
	return NULL;
}

/* A table with all that ours has; 0: no room. */
static uint32_t table_copy(void)
{
	uint32_t tick = ledger_table_tick(shim_recorder()->table);
	uint32_t ref = ledger_table_new(&shim.ledger, LINK_FORK, shim_recorder()->table_ref, tick,
					shim.recorder.process_index);

	if (!ref)
		ledger_lose(&shim.ledger, LOSS_SLOTS);
	return ref;
}

void table_unshared(void)
{
	struct ledger_table *table;
	struct recorder *recorder;
	uint32_t ref;

	if (!shim_is_recording())
		return;
	/* Two tables by now, of which the end handler can ask for one. */
	LEDGER_STORE(shim.recorder.process->not_followed, 1);
	ref = guest_is_calling() ? 0 : table_copy();
	if (!ref)
		return;
	table = ledger_table_at(&shim.ledger, ref);
	recorder = table ? recorder_new() : NULL;
	if (!recorder)
		return;
	*recorder = *shim_recorder();
	recorder->table = table;
	recorder->table_ref = ref;
	recorder->leaves = NULL;
	self.recorder = recorder;
}

/* The process leaves the table that it shared with another process. */
static void table_left(void)
{
	uint32_t ref = shim_is_recording() ? table_copy() : 0;
	struct ledger_table *table = ledger_table_at(&shim.ledger, ref);

	if (!table)
		return;
	shim.is_table_shared = false;
	shim.recorder.table = table;
	shim.recorder.table_ref = ref;
	LEDGER_STORE(shim.recorder.process->table_ref, ref);
	shim_forget_leaves();
	if (shim_may_call_kernel())
		birth_note();
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

static void files_unshared(void)
{
	if (has_other_threads() || guest_is_calling())
		table_unshared();
	else if (shim.is_table_shared)
		table_left();
}

int unshare(int flags)
{
	int result = REAL(unshare)(flags);

	if (result == 0 && flags & CLONE_FILES)
		files_unshared();
	return result;
}

void close_range_done(const struct range *range, unsigned int flags)
{
	if (flags & CLOSE_RANGE_UNSHARE)
		files_unshared();
	if (flags & CLOSE_RANGE_CLOEXEC)
		record_range_marked(range);
	else
		record_range_end(range);
}
