/* SPDX-License-Identifier: MIT */
/* What goes on to a program that cannot say so itself: asked for by who executes it. */
#include "end/handed_on.h"

#include <linux/kcmp.h>

#include "base/raw.h"
#include "shim/names.h"
#include "shim/state.h"

/* Numbers asked for at most, 0.26 µs each: beyond, nobody is asked, and nothing is proven. */
#define ASKED_MAX 4096

/* A child in its parent's memory may have put something else on a number of its parent's. */
static bool is_parents(int fd)
{
	return raw5(SYS_kcmp, raw0(SYS_getppid), raw0(SYS_getpid), KCMP_FILE, fd, fd) == 0;
}

static bool is_handed_on(int fd, bool is_child)
{
	long flags = raw2(SYS_fcntl, fd, F_GETFD);

	return !raw_failed(flags) && !(flags & FD_CLOEXEC) && (!is_child || is_parents(fd));
}

static void slot_note(struct ledger_table *table, int fd)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, table, fd, true);

	if (!slot) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return;
	}
	LEDGER_STORE(slot->facts, FACT_OUTSIDE);
	atomic_store_explicit(&slot->word, SLOT_WORD(1, 0, KIND_OTHER, SLOT_OUTSIDE),
			      memory_order_release);
}

void handed_on_note(const struct ledger_process *next, bool is_child)
{
	struct ledger_table *table = ledger_table_at(&shim.ledger, next->table_ref);
	uint32_t from = shim.is_active ? shim_recorder()->table_ref : 0;
	uint32_t limit = from ? ledger_view_limit(&shim.ledger, from) : 0;

	if (!table || limit == 0 || limit > ASKED_MAX || !shim_may_call_kernel())
		return;
	if (!ledger_slot_at(&shim.ledger, table, STDERR_FILENO, true))
		return;
	for (uint32_t fd = STDERR_FILENO + 1;
	     (fd = ledger_view_next(&shim.ledger, from, fd)) < limit; fd++)
		if (ledger_view_is_open(&shim.ledger, from, (int)fd) &&
		    is_handed_on((int)fd, is_child))
			slot_note(table, (int)fd);
}
