/* SPDX-License-Identifier: MIT */
/*
 * Descriptors whose opening nobody saw.
 *
 * When was it? The kernel hands out the lowest free number: when a call got a
 * higher one, this number was taken. And it was taken after its last owner that
 * was seen had closed it.
 */
#include <string.h>

#include "judge/descriptor/descriptor.h"

struct window {
	uint64_t after_ns, before_ns; /* 0: not known */
};

/* A call that ends with the number the kernel gave it, and takes none but that on its way. */
static bool is_lowest_free(const struct judge *judge, unsigned int call)
{
	const char *number = snapshot_call_text(judge->snapshot, COLUMN_NUMBER, call);

	return number && strcmp(number, "lowest") == 0;
}

/* A closing is known to a tick of the kernel's clock, and to a step of a life. */
#define TICK_NS (UINT64_C(10000000) + (UINT64_C(1) << LIFE_SHIFT))

/* When the last owner that was seen closed the number, or a tick later; 0: not known. */
static uint64_t closed_ns(struct judge *judge, const struct ledger_slot *slot, int fd,
			  uint64_t opened_ns)
{
	const struct ledger_stack *stack = ledger_stack_at(
		judge->ledger, atomic_load_explicit(&slot->opened_stack_ref, memory_order_relaxed));
	uint32_t ref = stack ? atomic_load_explicit(&stack->pairs_ref, memory_order_relaxed) : 0;
	const struct ledger_pair *pair;

	while ((pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		if (atomic_load_explicit(&pair->last_fd, memory_order_relaxed) == (uint32_t)fd &&
		    atomic_load_explicit(&pair->last_opened_ns, memory_order_relaxed) == opened_ns)
			return ledger_pair_closed_ns(pair);
		ref = pair->next_ref;
	}
	return 0;
}

/* The first opening after `after_ns`, as far as the slots still know, that got a higher number. */
static uint64_t taken_before_ns(struct judge *judge, struct ledger_table *table, int fd,
				uint64_t after_ns)
{
	uint32_t limit = atomic_load_explicit(&table->limit, memory_order_relaxed);
	uint64_t before_ns = 0;

	for (uint32_t other = (uint32_t)fd + 1;
	     (other = ledger_table_next(judge->ledger, table, other)) < limit && other < INT32_MAX;
	     other++) {
		struct ledger_slot *slot = ledger_slot_at(judge->ledger, table, (int)other, false);
		uint64_t opened_ns;

		if (!budget_take(judge, &judge->view_budget, 1))
			return 0;
		if (!slot)
			continue;
		opened_ns = atomic_load_explicit(&slot->opened_ns, memory_order_relaxed);
		if (opened_ns > after_ns && (!before_ns || opened_ns < before_ns) &&
		    is_lowest_free(judge, slot_call(atomic_load_explicit(&slot->word,
									 memory_order_relaxed))))
			before_ns = opened_ns;
	}
	return before_ns;
}

static struct window window_find(struct judge *judge, const struct leak *leak)
{
	struct ledger_table *table = ledger_table_at(judge->ledger, leak->view->table_ref);
	const struct ledger_slot *slot = leak->view->slot;
	uint64_t opened_ns =
		slot ? atomic_load_explicit(&slot->opened_ns, memory_order_relaxed) : 0;
	uint64_t free_ns = 0;
	struct window window = { .after_ns = opened_ns };

	if (!table || !slot)
		return window;
	if (opened_ns) {
		uint64_t closed = closed_ns(judge, slot, leak->fd, opened_ns);

		if (!closed)
			return window; /* who had it in between is not known, either */
		if (closed > opened_ns)
			window.after_ns = closed;
		free_ns = closed + TICK_NS;
	}
	window.before_ns = taken_before_ns(judge, table, leak->fd, free_ns);
	return window;
}

bool unseen_is_copy(struct judge *judge, const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;
	bool is_new;

	if (leak->view->origin != DESCRIPTOR_UNSEEN || !fact || !(fact->has & HAS_STAT) ||
	    (fact->kind != KIND_SOCKET && fact->kind != KIND_PIPE))
		return false;
	/* A parent comes before its children. Two ends of a pipe have one inode, in one process. */
	(void)lookup_put(&judge->unseen_by_inode, judge->report, fact->device, fact->inode,
			 leak->life, &is_new);
	return !is_new && life_is_fork(judge, &judge->lives[leak->life]) &&
	       *lookup_get(&judge->unseen_by_inode, fact->device, fact->inode) != leak->life;
}

void unseen_note(struct judge *judge, struct group *group, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	uint64_t start_ns = judge->images[life->first].process->started_ns;
	struct window window;

	if (group->finding.descriptor_count >= FINDING_DESCRIPTORS_MAX || life->end_ns <= start_ns)
		return;
	window = window_find(judge, leak);
	if (window.after_ns < start_ns && life_is_fork(judge, life))
		return; /* it may be the parent's */
	if (window.before_ns <= start_ns)
		window.before_ns = life->end_ns;
	window.after_ns = window.after_ns > start_ns ? window.after_ns - start_ns : 0;
	window.before_ns -= start_ns;
	if (!group->unseen_dated || window.after_ns < group->unseen_after_ns)
		group->unseen_after_ns = window.after_ns;
	if (window.before_ns > group->unseen_before_ns)
		group->unseen_before_ns = window.before_ns;
	group->unseen_dated++;
}

static const char *time_text(struct judge *judge, uint64_t ns)
{
	return ns < UINT64_C(1000000000) ? report_printf(judge->report, "%.2f ms", (double)ns / 1e6)
					 : report_printf(judge->report, "%.2f s", (double)ns / 1e9);
}

void unseen_witness(struct judge *judge, struct group *group)
{
	bool is_one = group->finding.count == 1;

	if (!group->unseen_dated || group->unseen_dated < group->finding.count)
		return;
	evidence_add(
		judge->report, &group->finding,
		(struct report_evidence){
			.what = "opened-between",
			.text = report_printf(
				judge->report,
				"%s between %s and %s after its process began, to go by the %s.",
				is_one ? "Opened" : "All were opened",
				time_text(judge, group->unseen_after_ns),
				time_text(judge, group->unseen_before_ns),
				is_one ? "number" : "numbers"),
		});
}
