/* SPDX-License-Identifier: MIT */
/* The count of descriptors that a forked child has from before, and whether they matter. */
#include "record/fork_copies.h"

#include "shim/state.h"

/* A child of a child of a child …: above this the question is not worth its time. */
#define GENERATIONS_MAX 64

void copies_note_start(long count)
{
	shim.copies_born = count;
}

void copies_note_closed(void)
{
	atomic_fetch_add_explicit(&shim.copies_closed, 1, memory_order_relaxed);
}

long copies_expected(void)
{
	if (shim.copies_born < 0)
		return -1;
	return shim.copies_born -
	       (long)atomic_load_explicit(&shim.copies_closed, memory_order_relaxed);
}

void copies_fork_prepare(void)
{
	long count = copies_expected();

	self.fork_copies = -1;
	if (count < 0)
		return;
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
		struct ledger_kind_count *of_kind = &shim.recorder.process->kinds[kind];

		count += (int32_t)(atomic_load_explicit(&of_kind->opened, memory_order_relaxed) -
				   atomic_load_explicit(&of_kind->closed, memory_order_relaxed));
	}
	self.fork_copies = count;
}

void copies_fork_in_child(void)
{
	shim.copies_born = self.fork_copies;
	atomic_store_explicit(&shim.copies_closed, 0, memory_order_relaxed);
}

bool copies_do_not_matter(void)
{
	struct ledger_table *table = shim.recorder.table;

	for (int i = 0; table->link == LINK_FORK && i < GENERATIONS_MAX; i++) {
		struct ledger_process *above;

		table = ledger_table_at(&shim.ledger, table->parent_ref);
		above = table ? ledger_process_at(&shim.ledger, table->process) : NULL;
		if (!above ||
		    atomic_load_explicit(&above->state, memory_order_acquire) != PROCESS_RUNNING)
			return false;
		if (table->link != LINK_FORK)
			return true;
	}
	return false;
}
