/* SPDX-License-Identifier: MIT */
/* What one descriptor has to do with another: duplicates, and the two ends of a pair. */
#include "judge/descriptor/descriptor.h"

static unsigned int state_of(const struct ledger_slot *slot)
{
	return slot_state(LEDGER_LOAD(slot->word));
}

static uint64_t opened_ns(const struct ledger_slot *slot)
{
	return LEDGER_LOAD(slot->opened_ns);
}

/* The slot of the number that the descriptor's record names, if it is of the kind `fact`. */
static const struct ledger_slot *related_slot(struct judge *judge, const struct leak *leak,
					      uint32_t fact, int *ret_fd)
{
	struct ledger_table *table = ledger_table_at(judge->ledger, leak->view->table_ref);
	uint32_t number = leak->view->slot ? LEDGER_LOAD(leak->view->slot->peer_or_dup) : 0;

	if (!(leak->facts & fact) || leak->facts & FACT_CONTESTED || leak->view->is_before ||
	    !table || number == 0 || number > INT32_MAX)
		return NULL;
	*ret_fd = (int)number - 1;
	return ledger_slot_at(judge->ledger, table, *ret_fd, false);
}

/* The number has been given away since, or is free. */
const struct ledger_slot *leak_original(struct judge *judge, const struct leak *leak, int *ret_fd,
					bool *ret_is_open)
{
	const struct ledger_slot *original = related_slot(judge, leak, FACT_DUP, ret_fd);

	if (!original)
		return NULL;
	if (leak->fact && leak->fact->has & HAS_SAME)
		*ret_is_open = true; /* the kernel's word */
	else if (state_of(original) == SLOT_CLOSED)
		*ret_is_open = false;
	else if (state_of(original) == SLOT_OPEN)
		*ret_is_open = opened_ns(original) <= opened_ns(leak->view->slot);
	else
		return NULL;
	return original;
}

/*
 * Two ends name each other. As long as this one is open its number is nobody
 * else's, so an open slot that names it is the other end, and no later pair's.
 */
const struct ledger_slot *leak_other_end(struct judge *judge, const struct leak *leak, int *ret_fd,
					 bool *ret_is_open)
{
	const struct ledger_slot *other = related_slot(judge, leak, FACT_PAIR, ret_fd);

	if (!other || (state_of(other) != SLOT_OPEN && state_of(other) != SLOT_CLOSED))
		return NULL;
	*ret_is_open = state_of(other) == SLOT_OPEN && LEDGER_LOAD(other->facts) & FACT_PAIR &&
		       LEDGER_LOAD(other->peer_or_dup) == (uint32_t)leak->fd + 1;
	return other;
}
