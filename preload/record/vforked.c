/* SPDX-License-Identifier: MIT */
/* Openings of a vfork child, kept for its exec. */
#include "record/vforked.h"

#include <fcntl.h>

#include "base/raw.h"
#include "record/scopes.h"
#include "recorder/openings.h"
#include "shim/names.h"
#include "stack/capture.h"

/* Kept at a time, of all children. Where one is gone by then, the new program has it from outside. */
#define OPENINGS_MAX 64

/*
 * In the memory of the parent, whose thread stands still until the exec, while others may have
 * children, too. Whoever needs one takes that of the one who needed it longest ago. A child knows
 * by the pid which are its own.
 */
static struct kept_opening {
	_Atomic(uint32_t) pid; /* of the child; 0: none, or one writes here */
	int fd;
	struct opening opening;
	struct origin origin;
} openings[OPENINGS_MAX];
static _Atomic(uint32_t) next_opening;

static struct kept_opening *opening_find(uint32_t pid, int fd)
{
	for (unsigned int i = 0; i < OPENINGS_MAX; i++)
		if (atomic_load_explicit(&openings[i].pid, memory_order_acquire) == pid &&
		    openings[i].fd == fd)
			return &openings[i];
	return &openings[atomic_fetch_add_explicit(&next_opening, 1, memory_order_relaxed) %
			 OPENINGS_MAX];
}

void vforked_opened(int fd, const struct opening *opening)
{
	struct kept_opening *kept;
	uint32_t pid;

	if (!shim_may_call_kernel())
		return;
	pid = (uint32_t)raw0(SYS_getpid);
	kept = opening_find(pid, fd);
	atomic_store(&kept->pid, 0);
	kept->fd = fd;
	kept->opening = *opening;
	kept->origin = (struct origin){ .stack_ref = capture_whole(),
					.tid = pid, /* also of the thread: it is the only one */
					.scope_ref = scope_of_opening(opening->kind) };
	atomic_store(&kept->pid, pid);
}

void vforked_hand_over(uint32_t index)
{
	struct ledger_process *next = ledger_process_at(&shim.ledger, index);
	struct recorder recorder = { .ledger = &shim.ledger,
				     .process = next,
				     .process_index = index,
				     .table_ref = next ? LEDGER_LOAD(next->table_ref) : 0 };
	uint32_t pid;

	recorder.table = ledger_table_at(&shim.ledger, recorder.table_ref);
	if (!recorder.table || !atomic_load_explicit(&next_opening, memory_order_relaxed) ||
	    !shim_may_call_kernel())
		return;
	pid = (uint32_t)raw0(SYS_getpid);
	for (unsigned int i = 0; i < OPENINGS_MAX; i++) {
		struct kept_opening kept = openings[i];
		long flags;

		if (kept.pid != pid)
			continue;
		flags = raw2(SYS_fcntl, kept.fd, F_GETFD);
		if (!raw_failed(flags) && !(flags & FD_CLOEXEC) &&
		    atomic_load(&openings[i].pid) == pid) /* nobody has begun to write there */
			recorder_opened(&recorder, kept.fd, &kept.opening, &kept.origin);
	}
}
