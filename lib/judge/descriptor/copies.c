/* SPDX-License-Identifier: MIT */
/*
 * Copies that fork made. A server that forks a child for each connection has to
 * close its own copy; the child's close does not count for it. The child that
 * was forked first since the opening tells: did it get a copy, and close it?
 */
#include "judge/descriptor/descriptor.h"

/* Ticks of a table's clock to look at after an opening: an exec in between takes one, too. */
#define TICKS_LOOKED 8

void copies_read(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;
		const struct ledger_table *table;
		bool is_new;

		if (!process || process->origin != ORIGIN_FORK)
			continue;
		table = ledger_table_at(judge->ledger, LEDGER_LOAD(process->table_ref));
		if (table && table->link == LINK_FORK)
			(void)lookup_put(&judge->child_by_fork, judge->report, table->parent_ref,
					 table->parent_fork, i, &is_new);
	}
}

/* The index of the first child that got a copy; NONE. */
static uint32_t child_of(struct judge *judge, const struct leak *leak)
{
	uint32_t opened_fork = LEDGER_LOAD(leak->view->slot->opened_fork);

	if (judge->child_by_fork.count == 0)
		return NONE;
	for (uint32_t tick = opened_fork + 1; tick <= opened_fork + TICKS_LOOKED; tick++) {
		const uint32_t *child =
			lookup_get(&judge->child_by_fork, leak->view->table_ref, tick);

		if (child)
			return *child;
	}
	return NONE;
}

bool copy_is_closed(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	struct ledger_slot *slot;
	const struct ledger_process *process;
	uint32_t child;
	uint64_t word;

	if (leak->view->origin != DESCRIPTOR_OWN || leak->view->is_before || !leak->call)
		return false;
	child = child_of(judge, leak);
	if (child == NONE)
		return false;
	process = judge->images[child].process;
	slot = ledger_slot_at(judge->ledger,
			      ledger_table_at(judge->ledger, LEDGER_LOAD(process->table_ref)),
			      leak->fd, false);
	word = slot ? LEDGER_LOAD(slot->word) : 0;
	/* A number of the child's own has come since, or the copy's close is still told of. */
	if (slot_state(word) == SLOT_UNSEEN || slot_state(word) == SLOT_CLOSING ||
	    (slot_generation(word) == 0 &&
	     !(slot_state(word) == SLOT_CLOSED && LEDGER_LOAD(slot->facts) & FACT_INHERITED)))
		return false;
	ret_clue->number = (int)LEDGER_LOAD(process->pid);
	if (slot_generation(word) == 0)
		ret_clue->stack_ref = LEDGER_LOAD(slot->closed_stack_ref);
	return true;
}
