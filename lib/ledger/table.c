/* SPDX-License-Identifier: MIT */
#include "ledger/ledger.h"

/* Tables above one another: forks of forks. Deeper than this is taken for a damaged ledger. */
#define ANCESTORS_MAX 1000000

uint32_t ledger_table_new(struct ledger *ledger, enum table_link link, uint32_t parent_ref,
			  uint32_t parent_fork, uint32_t process)
{
	uint32_t ref = ledger_record_alloc(ledger, sizeof(struct ledger_table));
	struct ledger_table *table = ledger_table_at(ledger, ref);

	if (!table)
		return 0;
	table->link = link;
	table->parent_ref = parent_ref;
	table->parent_fork = parent_fork;
	table->process = process;
	return ref;
}

uint32_t ledger_table_tick(struct ledger_table *table)
{
	return atomic_fetch_add_explicit(&table->forks, 1, memory_order_acq_rel) + 1;
}

struct ledger_table *ledger_table_at(struct ledger *ledger, uint32_t ref)
{
	return ledger_at(ledger, ref, sizeof(struct ledger_table));
}

static void table_raise_limit(struct ledger_table *table, uint32_t limit)
{
	uint32_t seen = atomic_load_explicit(&table->limit, memory_order_relaxed);

	while (seen < limit && !atomic_compare_exchange_weak_explicit(&table->limit, &seen, limit,
								      memory_order_relaxed,
								      memory_order_relaxed))
		;
}

struct ledger_slot *ledger_slot_at(struct ledger *ledger, struct ledger_table *table, int fd,
				   bool is_create)
{
	struct ledger_slot *slot;

	if (fd < 0)
		return NULL;
	slot = ledger_index_at(ledger, &table->slots, (uint32_t)fd, sizeof(*slot), is_create);
	if (slot && is_create)
		table_raise_limit(table, (uint32_t)fd + 1);
	return slot;
}

struct ledger_address *ledger_address_at(struct ledger *ledger, struct ledger_table *table, int fd,
					 bool is_create)
{
	if (fd < 0)
		return NULL;
	return ledger_index_at(ledger, &table->addresses, (uint32_t)fd,
			       sizeof(struct ledger_address), is_create);
}

static uint32_t slot_load(const ledger_u32 *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

/* What one table knows of a number at one tick of its clock. */
enum lookup { LOOKUP_OPEN, LOOKUP_CLOSED, LOOKUP_ABOVE };

/*
 * Between the tick of a fork and the fork itself other threads go on. What they
 * open meanwhile the child has, too, and such a thread may lose its processor
 * before it has written that down. So a number that the kernel finds open in the
 * child is the parent's if the parent opened it up to this long after.
 */
#define FORK_SLACK_NS 1000000000

/* A moment in the life of a table. */
struct moment {
	uint32_t tick;     /* of its clock; UINT32_MAX: now */
	uint64_t until_ns; /* openings up to here may precede the tick's fork all the same */
};

/*
 * Ask a table for a number. UINT32_MAX as tick means now; any other asks for
 * the state between the ticks `tick - 1` and `tick`. A slot remembers its present
 * generation whole and the opener of the one before, which is enough: the
 * kernel check says whether a number is open, and only the opener is sought.
 */
static enum lookup table_lookup(struct ledger *ledger, struct ledger_table *table, int fd,
				const struct moment *moment, struct descriptor_view *view)
{
	uint32_t tick = moment->tick;
	struct ledger_slot *slot = ledger_slot_at(ledger, table, fd, false);
	uint64_t word = slot ? atomic_load_explicit(&slot->word, memory_order_acquire) : 0;
	unsigned int state = slot_state(word);
	bool is_open = state == SLOT_OPEN || state == SLOT_CLOSING || state == SLOT_UNSEEN ||
		       state == SLOT_OUTSIDE;

	view->slot = slot;
	view->process = table->process;
	view->generation = slot_generation(word);
	view->is_before = false;
	view->is_closing = state == SLOT_CLOSING;
	if (state == SLOT_NONE)
		return LOOKUP_ABOVE;
	if (tick == UINT32_MAX) {
		if (!is_open)
			return LOOKUP_CLOSED;
		/* A release of an inherited number that never came back. */
		return slot_load(&slot->facts) & FACT_INHERITED ? LOOKUP_ABOVE : LOOKUP_OPEN;
	}
	if (slot_load(&slot->facts) & FACT_INHERITED)
		return is_open || slot_load(&slot->closed_fork) >= tick ? LOOKUP_ABOVE
									 : LOOKUP_CLOSED;
	if (slot_load(&slot->opened_fork) < tick)
		return is_open || slot_load(&slot->closed_fork) >= tick ? LOOKUP_OPEN
									 : LOOKUP_CLOSED;
	if (atomic_load_explicit(&slot->opened_ns, memory_order_relaxed) <= moment->until_ns)
		return LOOKUP_OPEN;
	if (view->generation < 2)
		return LOOKUP_ABOVE; /* its first opening here came after the tick */
	view->is_before = true;
	view->is_closing = false;
	view->generation--;
	/* While the present one is open, closed_fork is still that of the one before. */
	if (slot_load(&slot->before_fork) >= tick ||
	    (is_open && slot_load(&slot->closed_fork) < tick))
		return LOOKUP_CLOSED;
	return LOOKUP_OPEN;
}

static bool view_is_outside(const struct descriptor_view *view)
{
	return !view->is_before && slot_load(&view->slot->facts) & FACT_OUTSIDE;
}

/*
 * Open at the start of this image: the image before may know the opener. Found
 * in a forked child without an opening: the parent may have been about to write
 * it down.
 */
static bool has_more_above(const struct ledger_table *table, const struct descriptor_view *view)
{
	uint64_t word = atomic_load_explicit(&view->slot->word, memory_order_relaxed);

	return view_is_outside(view) ||
	       (!view->is_before && slot_state(word) == SLOT_UNSEEN && table->link == LINK_FORK);
}

static enum descriptor_origin origin_of(const struct descriptor_view *view, bool is_inherited)
{
	uint64_t word = atomic_load_explicit(&view->slot->word, memory_order_relaxed);

	if (view_is_outside(view))
		return DESCRIPTOR_OUTSIDE;
	if (is_inherited)
		return DESCRIPTOR_INHERITED;
	return slot_state(word) == SLOT_UNSEEN ? DESCRIPTOR_UNSEEN : DESCRIPTOR_OWN;
}

/* The moment in its parent's life at which a table was made. */
static struct moment moment_of(const struct ledger_table *table)
{
	uint64_t forked_ns = atomic_load_explicit(&table->forked_ns, memory_order_relaxed);

	return (struct moment){ .tick = table->parent_fork,
				.until_ns = forked_ns ? forked_ns + FORK_SLACK_NS : 0 };
}

void ledger_view(struct ledger *ledger, uint32_t table_ref, int fd,
		 struct descriptor_view *ret_view)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct moment moment = { .tick = UINT32_MAX };
	bool is_inherited = false, has_exec_below = false, has_crossed_exec = false;
	bool is_closing = false;

	*ret_view = (struct descriptor_view){ .origin = DESCRIPTOR_NOT_OPEN };
	for (unsigned int depth = 0; table && depth < ANCESTORS_MAX; depth++) {
		struct descriptor_view here = { .table_ref = table_ref };
		enum lookup found = table_lookup(ledger, table, fd, &moment, &here);

		if (moment.tick == UINT32_MAX)
			is_closing = here.is_closing;
		if (found == LOOKUP_CLOSED)
			return;
		if (found == LOOKUP_OPEN) {
			*ret_view = here;
			ret_view->origin = origin_of(&here, is_inherited);
			ret_view->has_crossed_exec = has_crossed_exec;
			ret_view->is_closing = is_closing;
			if (!has_more_above(table, &here))
				return;
		}
		if (table->link == LINK_NONE || (table->link != LINK_FORK && found != LOOKUP_OPEN))
			return;
		if (table->link == LINK_EXEC) {
			has_exec_below = true;
		} else {
			is_inherited = true;
			has_crossed_exec |= has_exec_below || table->link == LINK_SPAWN;
		}
		moment = moment_of(table);
		table_ref = table->parent_ref;
		table = ledger_table_at(ledger, table_ref);
	}
}

uint32_t ledger_view_limit(struct ledger *ledger, uint32_t table_ref)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t highest = 0;

	for (unsigned int depth = 0; table && depth < ANCESTORS_MAX; depth++) {
		uint32_t limit = slot_load(&table->limit);

		if (limit > highest)
			highest = limit;
		if (table->link != LINK_FORK)
			break;
		table = ledger_table_at(ledger, table->parent_ref);
	}
	return highest;
}
