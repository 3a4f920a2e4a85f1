/* SPDX-License-Identifier: MIT */
/* What a child of an unseen fork had opened before it was found is in its parent's record. */
#include "record/foundling.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>

#include "base/raw.h"
#include "record/fork_copies.h"
#include "recorder/openings.h"
#include "shim/state.h"

/* Of the parent's entry into ours. False: the parent has opened the number since. */
static bool opening_move(struct ledger_process *parent, struct ledger_slot *slot, uint64_t word,
			 int fd)
{
	unsigned int kind = slot_kind(word) % KIND_DESCRIPTORS;
	struct opening opening = { .call = slot_call(word),
				   .kind = kind,
				   .facts = LEDGER_LOAD(slot->facts),
				   .peer_or_dup = LEDGER_LOAD(slot->peer_or_dup) };
	struct origin origin = { .stack_ref = LEDGER_LOAD(slot->opened_stack_ref),
				 .tid = thread_tid(),
				 .scope_ref = LEDGER_LOAD(slot->scope_ref) };

	if (!atomic_compare_exchange_strong(&slot->word, &word,
					    (word & ~UINT64_C(0xff)) | SLOT_CLOSED))
		return false;
	atomic_fetch_sub_explicit(&parent->kinds[kind].opened, 1, memory_order_relaxed);
	recorder_opened(&shim.recorder, fd, &opening, &origin);
	return true;
}

void foundling_take(uint32_t parent_pid)
{
	struct ledger_table *theirs =
		ledger_table_at(&shim.ledger, shim.recorder.table->parent_ref);
	struct ledger_process *parent =
		ledger_process_at(&shim.ledger, shim.recorder.process->parent);
	uint32_t limit = ledger_view_limit(&shim.ledger, shim.recorder.table_ref), fd = 0;

	if (!theirs || !parent)
		return;
	for (; (fd = ledger_table_next(&shim.ledger, theirs, fd)) < limit; fd++) {
		struct ledger_slot *slot = ledger_slot_at(&shim.ledger, theirs, (int)fd, false);
		uint64_t word = slot ? LEDGER_LOAD(slot->word) : 0;

		if (slot_state(word) == SLOT_OPEN && !raw_failed(raw2(SYS_fcntl, fd, F_GETFD)) &&
		    raw5(SYS_kcmp, parent_pid, raw0(SYS_getpid), KCMP_FILE, fd, fd) == -EBADF &&
		    opening_move(parent, slot, word, (int)fd))
			copies_note_closed(); /* it is no copy */
	}
}
