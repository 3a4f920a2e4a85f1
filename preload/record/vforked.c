/* SPDX-License-Identifier: MIT */
/* Openings of a vfork child, kept for its exec. */
#include "record/vforked.h"

#include <fcntl.h>

#include "base/raw.h"
#include "record/scopes.h"
#include "recorder/openings.h"
#include "shim/names.h"
#include "stack/capture.h"

#define OPENINGS_MAX 32

/*
 * In the memory of the parent, whose thread stands still until the exec. The next
 * child of the same thread finds what this one left, and knows by the pid that it is
 * not its own.
 */
static __thread struct {
	long pid; /* of the child */
	unsigned int count;
	struct {
		int fd;
		struct opening opening;
		struct origin origin;
	} openings[OPENINGS_MAX];
} vforked __attribute__((tls_model("initial-exec")));

void vforked_opened(int fd, const struct opening *opening)
{
	unsigned int at = 0;
	long pid;

	if (!shim_may_call_kernel())
		return;
	pid = raw0(SYS_getpid);
	if (vforked.pid != pid) {
		vforked.pid = pid;
		vforked.count = 0;
	}
	while (at < vforked.count && vforked.openings[at].fd != fd)
		at++;
	if (at == OPENINGS_MAX)
		return; /* the new program has it from outside then */
	vforked.openings[at].fd = fd;
	vforked.openings[at].opening = *opening;
	vforked.openings[at].origin =
		(struct origin){ .stack_ref = capture_whole(),
				 .tid = (uint32_t)pid, /* also of the thread: it is the only one */
				 .scope_ref = scope_of_opening(opening->kind) };
	if (at == vforked.count)
		vforked.count++;
}

void vforked_hand_over(uint32_t index)
{
	struct ledger_process *next = ledger_process_at(&shim.ledger, index);
	struct recorder recorder = { .ledger = &shim.ledger,
				     .process = next,
				     .process_index = index,
				     .table_ref = next ? LEDGER_LOAD(next->table_ref) : 0 };

	recorder.table = ledger_table_at(&shim.ledger, recorder.table_ref);
	if (!recorder.table || !vforked.count || !shim_may_call_kernel() ||
	    vforked.pid != raw0(SYS_getpid))
		return;
	for (unsigned int i = 0; i < vforked.count; i++) {
		long flags = raw2(SYS_fcntl, vforked.openings[i].fd, F_GETFD);

		if (!raw_failed(flags) && !(flags & FD_CLOEXEC))
			recorder_opened(&recorder, vforked.openings[i].fd,
					&vforked.openings[i].opening, &vforked.openings[i].origin);
	}
}
