/* SPDX-License-Identifier: MIT */
/* Who has what an ended process had opened: the copies that a fork made. */
#include "judge/find/heirs.h"

/* In place of an heir: nobody's but the opener's. */
#define STAYS (NONE - 2)

static uint64_t identity_high(const struct descriptor_view *view)
{
	return (uint64_t)view->table_ref << 32 | view->generation;
}

uint64_t life_end_ns(const struct life *life)
{
	return life->is_running ? UINT64_MAX : life->end_ns;
}

static const struct life *opener_of(const struct walk *walk, const struct descriptor_view *view)
{
	const struct judge *judge = walk->judge;

	if (view->process >= judge->image_count || !judge->images[view->process].process)
		return NULL;
	return &judge->lives[judge->images[view->process].life];
}

/*
 * Did the opener end before this process, which held a copy to its own end?
 * Without both times the descriptor stays with the opener: that it was open at
 * the opener's end is certain, that the copy outlived it is not.
 */
static bool has_outlived_opener(const struct walk *walk, const struct descriptor_view *view)
{
	const struct life *life = &walk->judge->lives[walk->life];
	const struct life *opener = opener_of(walk, view);

	if (!opener || opener == life || view->has_crossed_exec || opener->is_running ||
	    opener->end_ns == 0 || !opener->is_covered)
		return false;
	return life_end_ns(life) > opener->end_ns;
}

static bool is_unseen(const struct descriptor_view *view)
{
	return view->slot && slot_state(view->slot->word) == SLOT_UNSEEN;
}

static uint64_t slot_identity(const struct walk *walk, const struct descriptor_view *view)
{
	return (uint64_t)(uintptr_t)view->slot - (uintptr_t)walk->judge->snapshot->bytes;
}

/*
 * Of several that hold copies the last to end has it: it was left open by all before. What
 * nobody was seen to open stays with the opener, as long as somebody has it.
 */
static void heir_add(struct walk *walk, const struct descriptor_view *view, uint32_t life)
{
	struct judge *judge = walk->judge;
	bool is_new;
	uint32_t *heir = lookup_put(walk->heirs, judge->report, identity_high(view),
				    slot_identity(walk, view), life, &is_new);

	if (is_new || life == RELEASED || *heir == STAYS)
		return;
	if (*heir == RELEASED || life == STAYS ||
	    life_end_ns(&judge->lives[life]) > life_end_ns(&judge->lives[*heir]))
		*heir = life;
}

/* The latest tick of a table's clock at which it opened or closed something. */
static uint32_t table_activity(struct walk *walk, uint32_t table_ref)
{
	struct judge *judge = walk->judge;
	struct ledger_table *table = ledger_table_at(judge->ledger, table_ref);
	const uint32_t *known = lookup_get(walk->activity, table_ref, 0);
	uint32_t limit = table ? LEDGER_LOAD(table->limit) : 0, latest = 0;
	bool is_new;

	if (known)
		return *known;
	for (uint32_t fd = 0; table && (fd = ledger_table_next(judge->ledger, table, fd)) < limit &&
			      budget_take(judge, &judge->view_budget, 1);
	     fd++) {
		struct ledger_slot *slot = ledger_slot_at(judge->ledger, table, (int)fd, false);

		if (!slot)
			continue;
		if (LEDGER_LOAD(slot->opened_fork) > latest)
			latest = LEDGER_LOAD(slot->opened_fork);
		if (LEDGER_LOAD(slot->closed_fork) > latest)
			latest = LEDGER_LOAD(slot->closed_fork);
	}
	return *lookup_put(walk->activity, judge->report, table_ref, 0, latest, &is_new);
}

/*
 * Did the opener do nothing with descriptors after the fork that led here, and
 * fork no more? So leave those who become a daemon: what they had is the
 * child's from then on, also what it closes before the parent is quite gone.
 */
static bool has_left_all(struct walk *walk, const struct descriptor_view *view)
{
	struct ledger *ledger = walk->judge->ledger;
	const struct ledger_table *table = ledger_table_at(ledger, walk->table_ref);
	const struct ledger_table *opener = ledger_table_at(ledger, view->table_ref);

	for (uint32_t i = 0; table && i < walk->depth && table->link == LINK_FORK; i++) {
		if (table->parent_ref == view->table_ref)
			return opener && LEDGER_LOAD(opener->forks) == table->parent_fork &&
			       table_activity(walk, view->table_ref) < table->parent_fork;
		table = ledger_table_at(ledger, table->parent_ref);
	}
	return false;
}

/* This process had a copy and closed it. Was it the one to do so? */
static void heir_find_released(struct walk *walk, int fd)
{
	struct judge *judge = walk->judge;
	struct ledger_table *table = ledger_table_at(judge->ledger, walk->table_ref);
	struct ledger_slot *slot = ledger_slot_at(judge->ledger, table, fd, false);
	struct descriptor_view view;
	uint64_t closed_ns;

	if (!slot || slot_state(slot->word) == SLOT_NONE)
		return;
	ledger_view_at_birth(judge->ledger, walk->table_ref, fd, &view);
	if (view.origin != DESCRIPTOR_INHERITED || !has_outlived_opener(walk, &view) ||
	    (is_unseen(&view) && !view.is_born_with))
		return;
	closed_ns = LEDGER_LOAD(slot->facts) & FACT_INHERITED ? LEDGER_LOAD(slot->opened_ns) : 0;
	if (closed_ns > opener_of(walk, &view)->end_ns || has_left_all(walk, &view))
		heir_add(walk, &view, RELEASED);
}

void heir_find(struct walk *walk, int fd, const struct descriptor_view *view)
{
	if (view->origin == DESCRIPTOR_INHERITED && has_outlived_opener(walk, view))
		heir_add(walk, view, is_unseen(view) ? STAYS : walk->life);
	else if (view->origin != DESCRIPTOR_INHERITED)
		heir_find_released(walk, fd);
}

uint32_t heir_of(const struct walk *walk, const struct descriptor_view *view)
{
	const uint32_t *heir =
		lookup_get(walk->heirs, identity_high(view), slot_identity(walk, view));

	return heir && *heir != STAYS ? *heir : NONE;
}
