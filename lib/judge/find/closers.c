/* SPDX-License-Identifier: MIT */
/* Who else closes what one place opens: that tells whether a close in another thread was wrong. */
#include "judge/find/misuse.h"

/* What the ledger says of those who closed what one stack opened. */
struct closers {
	uint64_t of_guilty, of_earlier, of_here, of_others;
	bool has_crossed; /* others than the guilty one in another thread than the opener's */
};

static struct closers closers_find(struct judge *judge, const struct ledger_event *event,
				   uint32_t guilty_ref)
{
	const struct ledger_stack *open = ledger_stack_at(judge->ledger, event->opened_stack_ref);
	uint32_t ref = open ? LEDGER_LOAD(open->pairs_ref) : 0;
	struct closers closers = { 0 };
	const struct ledger_pair *pair;

	while ((pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		uint64_t count = ledger_pair_count(pair);

		ref = pair->next_ref;
		if (ledger_pair_stack_ref(pair) == guilty_ref) {
			closers.of_guilty += count;
			continue;
		}
		closers.of_others += count;
		closers.has_crossed |= pair->has_crossed != 0;
		if (ledger_pair_stack_ref(pair) == event->earlier_stack_ref)
			closers.of_earlier += count;
		if (ledger_pair_stack_ref(pair) == event->here_stack_ref)
			closers.of_here += count;
	}
	return closers;
}

/*
 * EBADF on a number that one thread opened and another closed, which had closed
 * the number before. Threads that hand on their work do the same, so: the
 * closing place has closed nothing else of what the opening place opens, and
 *  - it is the opener that got EBADF, none of whose descriptors is handed on; or
 *  - it is a place that does close what the opening place opens, in a third thread.
 */
bool closed_by_wrong(struct judge *judge, const struct ledger_event *event)
{
	uint32_t flags = LEDGER_LOAD(event->flags);
	struct closers closers;

	if (!(flags & EVENT_IS_RECLOSED) || flags & EVENT_IS_CONTESTED ||
	    event->tid == event->closed_tid)
		return false;
	closers = closers_find(judge, event, event->closed_stack_ref);
	if (closers.of_guilty != 1)
		return false;
	if (event->tid == event->opened_tid)
		return closers.of_earlier == 0 && !closers.has_crossed;
	return closers.of_here > 0;
}

uint64_t closed_alike(struct judge *judge, const struct ledger_event *event)
{
	return closers_find(judge, event, event->closed_stack_ref).of_guilty;
}

bool closed_oddly(struct judge *judge, const struct ledger_event *event)
{
	struct closers closers = closers_find(judge, event, event->here_stack_ref);

	return closers.of_guilty == 1 && closers.of_earlier == 0 && closers.of_others > 0 &&
	       !closers.has_crossed;
}
