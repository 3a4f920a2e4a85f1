/* SPDX-License-Identifier: MIT */
/*
 * Copies that fork made. A server that forks a child for each connection has to
 * close its own copy; the child's close does not count for it. The child that
 * was forked first since the opening tells: did it get a copy, use it, and close it?
 */
#include "judge/descriptor/descriptor.h"
#include "ledger/walk.h"

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

/* Behind this a number that was open at the fork was not opened for the child. */
#define OPENED_JUST_BEFORE_NS UINT64_C(1000000000)

/*
 * The child's close of its copy of a number: in the slot, or where a number of its own has come
 * since, among the earlier ones, which is the last of the list. NULL: it has not closed it.
 */
static const struct ledger_slot *copy_closed(struct judge *judge,
					     const struct ledger_process *process, int fd)
{
	const struct ledger_slot *slot = ledger_slot_at(
		judge->ledger, ledger_table_at(judge->ledger, LEDGER_LOAD(process->table_ref)), fd,
		false);
	struct ledger_walk walk = { 0 };
	const struct ledger_earlier *earlier;
	uint32_t ref;

	while (slot && slot_generation(LEDGER_LOAD(slot->word)) != 0) {
		ref = LEDGER_LOAD(slot->earlier_ref);
		earlier = ledger_at(judge->ledger, ref, sizeof(*earlier));
		slot = earlier && walk_goes_on(&walk, ref) ? &earlier->slot : NULL;
	}
	return slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_CLOSED &&
			       LEDGER_LOAD(slot->facts) & FACT_INHERITED
		       ? slot
		       : NULL;
}

bool copy_is_used_up(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	const struct ledger_process *process;
	const struct ledger_slot *copy;
	uint64_t opened_ns;
	uint32_t child;

	if (leak->view->origin != DESCRIPTOR_OWN || leak->view->is_before || !leak->call)
		return false;
	child = child_of(judge, leak);
	if (child == NONE)
		return false;
	process = judge->images[child].process;
	copy = copy_closed(judge, process, leak->fd);
	opened_ns = LEDGER_LOAD(leak->view->slot->opened_ns);
	if (!copy || !(LEDGER_LOAD(copy->facts) & FACT_USED_SINCE) ||
	    process->started_ns > opened_ns + OPENED_JUST_BEFORE_NS)
		return false;
	ret_clue->number = (int)LEDGER_LOAD(process->pid);
	ret_clue->stack_ref = LEDGER_LOAD(copy->closed_stack_ref);
	return true;
}
