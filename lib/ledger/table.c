/* SPDX-License-Identifier: MIT */
/* Descriptor tables: the slots of a process, and what it sees through its parents' tables. */
#include "ledger/earlier.h"
#include "ledger/walk.h"

/*
 * A way up from a table. The table above one was made by a process that was there before, or,
 * at unshare(), by the same: any other is not followed, so that no circle can be.
 */
struct ascent {
	uint32_t own; /* tables of one process, one above the other */
};

/* unshare() by one process, each with what the one before had open. */
#define OWN_TABLES_MAX 4096

/* The table above `table`; NULL: there is none that can be right. */
static struct ledger_table *ascend(struct ledger *ledger, struct ascent *ascent,
				   const struct ledger_table *table, uint32_t ref)
{
	struct ledger_table *above = ledger_table_at(ledger, ref);

	if (!above || above->process > table->process)
		return NULL;
	if (above->process == table->process)
		return ++ascent->own < OWN_TABLES_MAX ? above : NULL;
	ascent->own = 0;
	return above;
}

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

/* The slot of a number that has none yet, of the two that all tables share. For reading. */
static struct ledger_slot *standard_slot(struct ledger *ledger, const struct ledger_table *table,
					 int fd)
{
	struct ledger_slot *standard =
		ledger_at(ledger, ledger->header->standard_ref, 2 * sizeof(*standard));

	return standard ? &standard[(LEDGER_LOAD(table->standard) & STANDARD_STRANGER(fd)) != 0]
			: NULL;
}

/* The first leaf is made with the slots that the table's word stood for. */
static void standard_settle(struct ledger *ledger, struct ledger_table *table)
{
	struct ledger_slot *slots;
	uint32_t none = 0, ref;

	if (atomic_load_explicit(&table->slots.direct[0], memory_order_acquire))
		return;
	ref = ledger_record_alloc(ledger, LEDGER_LEAF_SIZE);
	slots = ledger_at(ledger, ref, LEDGER_LEAF_SIZE);
	for (int fd = 0; slots && fd <= 2; fd++) {
		const struct ledger_slot *standard = standard_slot(ledger, table, fd);

		if (!standard || !ledger_table_has_standard(table, fd))
			continue;
		LEDGER_STORE(slots[fd].word, LEDGER_LOAD(standard->word));
		LEDGER_STORE(slots[fd].facts, LEDGER_LOAD(standard->facts));
	}
	if (slots && !atomic_compare_exchange_strong_explicit(&table->slots.direct[0], &none, ref,
							      memory_order_acq_rel,
							      memory_order_acquire))
		ledger_record_free(ledger, ref, LEDGER_LEAF_SIZE);
}

void ledger_table_note_standard(struct ledger *ledger, struct ledger_table *table, int fd,
				uint32_t facts)
{
	struct ledger_slot *slot = ledger_slot_at(ledger, table, fd, false);

	if (!slot) {
		table_raise_limit(table, LEDGER_SLOTS_PER_LEAF);
		atomic_fetch_or_explicit(
			&table->standard,
			UINT32_C(1) << fd | (facts & FACT_STRANGER ? STANDARD_STRANGER(fd) : 0),
			memory_order_relaxed);
		return;
	}
	LEDGER_STORE(slot->facts, facts);
	atomic_store_explicit(&slot->word, SLOT_WORD(1, 0, KIND_OTHER, SLOT_OUTSIDE),
			      memory_order_release);
}

struct ledger_slot *ledger_slot_at(struct ledger *ledger, struct ledger_table *table, int fd,
				   bool is_create)
{
	if (fd < 0)
		return NULL;
	/* First: a slot that can be found is below the limit. */
	if (is_create)
		table_raise_limit(table, ((uint32_t)fd | (LEDGER_SLOTS_PER_LEAF - 1)) + 1);
	if (is_create && (uint32_t)fd < LEDGER_SLOTS_PER_LEAF && LEDGER_LOAD(table->standard))
		standard_settle(ledger, table);
	return ledger_index_at(ledger, &table->slots, (uint32_t)fd, sizeof(struct ledger_slot),
			       LEDGER_LEAF_SIZE, is_create);
}

/* For reading: the slot of a number, or what stands for it. */
static struct ledger_slot *slot_or_standard(struct ledger *ledger, struct ledger_table *table,
					    int fd)
{
	struct ledger_slot *slot = ledger_slot_at(ledger, table, fd, false);

	return slot || !ledger_table_has_standard(table, fd) ? slot
							     : standard_slot(ledger, table, fd);
}

static void slots_free_earlier(struct ledger *ledger, struct ledger_table *table)
{
	for (uint32_t fd = 0; (fd = ledger_table_next(ledger, table, fd)) < LEDGER_LOAD(table->limit);
	     fd++) {
		struct ledger_slot *slot = ledger_slot_at(ledger, table, (int)fd, false);
		uint32_t ref = slot ? LEDGER_LOAD(slot->earlier_ref) : 0;
		struct ledger_walk walk = { 0 };
		struct ledger_earlier *earlier;

		while ((earlier = ledger_at(ledger, ref, sizeof(*earlier))) &&
		       walk_goes_on(&walk, ref)) {
			uint32_t next = LEDGER_LOAD(earlier->slot.earlier_ref);

			ledger_record_free(ledger, ref, sizeof(*earlier));
			ref = next;
		}
	}
}

void ledger_table_free(struct ledger *ledger, uint32_t ref)
{
	struct ledger_table *table = ledger_table_at(ledger, ref);
	struct ledger_index *addresses;

	if (!table)
		return;
	addresses = ledger_at(ledger, LEDGER_LOAD(table->addresses_ref), sizeof(*addresses));
	slots_free_earlier(ledger, table);
	ledger_index_free(ledger, &table->slots, LEDGER_LEAF_SIZE);
	if (addresses) {
		ledger_index_free(ledger, addresses, LEDGER_LEAF_SIZE);
		ledger_record_free(ledger, LEDGER_LOAD(table->addresses_ref), sizeof(*addresses));
	}
	ledger_record_free(ledger, ref, sizeof(*table));
}

struct ledger_address *ledger_address_at(struct ledger *ledger, struct ledger_table *table, int fd,
					 bool is_create)
{
	struct ledger_index *addresses =
		fd < 0 ? NULL
		       : ledger_made_at(ledger, &table->addresses_ref, sizeof(*addresses),
					is_create);

	return addresses ? ledger_index_at(ledger, addresses, (uint32_t)fd,
					   sizeof(struct ledger_address), LEDGER_LEAF_SIZE,
					   is_create)
			 : NULL;
}

static uint32_t slot_load(const ledger_u32 *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static uint64_t slot_word(const struct ledger_slot *slot)
{
	return atomic_load_explicit(&slot->word, memory_order_acquire);
}

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
	uint64_t until_ns; /* openings up to here may precede the tick's fork all the same; 0 none */
	bool is_born_with; /* the kernel had it open then */
};

/* The present state of a number. */
static enum lookup table_lookup_now(const struct descriptor_view *view, unsigned int state)
{
	if (state == SLOT_CLOSED)
		return LOOKUP_CLOSED;
	/* A release of an inherited number that never came back. */
	return state == SLOT_CLOSING && slot_load(&view->slot->facts) & FACT_INHERITED ?
		       LOOKUP_ABOVE :
		       LOOKUP_OPEN;
}

/*
 * Ask a table for a number. UINT32_MAX as tick means now; any other asks for
 * the state between the ticks `tick - 1` and `tick`.
 */
static enum lookup table_lookup(struct ledger *ledger, struct ledger_table *table, int fd,
				const struct moment *moment, struct descriptor_view *view)
{
	uint32_t tick = moment->tick;
	struct ledger_slot *slot = slot_or_standard(ledger, table, fd);
	uint64_t word = slot ? atomic_load_explicit(&slot->word, memory_order_acquire) : 0;
	unsigned int state = slot_state(word);
	/* An unseen opening came at some time after the close that the slot still tells of. */
	bool is_closed = state == SLOT_CLOSED ||
			 (state == SLOT_UNSEEN && !moment->is_born_with &&
			  (slot_generation(word) > 1 || slot_load(&slot->facts) & FACT_INHERITED));
	enum lookup found;

	view->slot = slot;
	view->process = table->process;
	view->generation = slot_generation(word);
	view->is_before = false;
	view->is_closing = state == SLOT_CLOSING;
	if (state == SLOT_NONE)
		return LOOKUP_ABOVE;
	if (tick == UINT32_MAX)
		return table_lookup_now(view, state);
	if (slot_load(&slot->facts) & FACT_INHERITED || slot_load(&slot->opened_fork) < tick) {
		if (is_closed && slot_load(&slot->closed_fork) < tick)
			return LOOKUP_CLOSED;
		return slot_load(&slot->facts) & FACT_INHERITED ? LOOKUP_ABOVE : LOOKUP_OPEN;
	}
	found = earlier_lookup(ledger, slot, tick, &view->slot);
	if (found == LOOKUP_OPEN) {
		view->is_before = true;
		view->is_closing = false;
		view->generation = slot_generation(
			atomic_load_explicit(&view->slot->word, memory_order_relaxed));
	} else if (atomic_load_explicit(&slot->opened_ns, memory_order_relaxed) <=
		   moment->until_ns) {
		return LOOKUP_OPEN;
	}
	return found;
}

static bool view_is_outside(const struct descriptor_view *view)
{
	uint64_t word = atomic_load_explicit(&view->slot->word, memory_order_relaxed);

	return slot_load(&view->slot->facts) & FACT_OUTSIDE && slot_state(word) != SLOT_UNSEEN;
}

/*
 * Found by the kernel in a forked child at its birth, where the record of the parent
 * had it closed: a thread of the parent may have been about to write it down.
 */
static bool is_born_with(const struct ledger_table *table, const struct descriptor_view *view)
{
	return table->link == LINK_FORK && view_is_outside(view);
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
static struct moment moment_of(const struct ledger_table *table, bool is_born_with)
{
	uint64_t forked_ns = atomic_load_explicit(&table->forked_ns, memory_order_relaxed);

	return (struct moment){ .tick = table->parent_fork,
				.until_ns = forked_ns && is_born_with ? forked_ns + FORK_SLACK_NS
								      : 0,
				.is_born_with = is_born_with };
}

/* Where a view begins. */
struct outlook {
	uint32_t table_ref;
	struct moment moment;
	bool is_inherited; /* a fork lies behind already */
	bool is_near;	   /* whoever has it open will do, be it from before */
};

static void view_walk(struct ledger *ledger, const struct outlook *from, int fd,
		      struct descriptor_view *ret_view)
{
	uint32_t table_ref = from->table_ref;
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct moment moment = from->moment;
	bool is_inherited = from->is_inherited, has_exec_below = false, has_crossed_exec = false;
	bool is_closing = false, is_born = false, was_born = moment.is_born_with;
	struct ascent ascent = { 0 };

	*ret_view = (struct descriptor_view){ .origin = DESCRIPTOR_NOT_OPEN };
	while (table) {
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
			ret_view->is_born_with = was_born;
			is_born = is_born_with(table, &here);
			was_born |= is_born;
			/* Open at the start of this image: the one before may know the opener. */
			if (from->is_near || !view_is_outside(&here))
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
		moment = moment_of(table, is_born);
		table_ref = table->parent_ref;
		table = ascend(ledger, &ascent, table, table_ref);
	}
}

void ledger_view(struct ledger *ledger, uint32_t table_ref, int fd,
		 struct descriptor_view *ret_view)
{
	const struct outlook now = { .table_ref = table_ref, .moment = { .tick = UINT32_MAX } };

	view_walk(ledger, &now, fd, ret_view);
}

void ledger_view_near(struct ledger *ledger, uint32_t table_ref, int fd,
		      struct descriptor_view *ret_view)
{
	const struct outlook now = { .table_ref = table_ref,
				     .moment = { .tick = UINT32_MAX },
				     .is_near = true };

	view_walk(ledger, &now, fd, ret_view);
}

bool ledger_view_is_open(struct ledger *ledger, uint32_t table_ref, int fd)
{
	struct descriptor_view view;

	ledger_view_near(ledger, table_ref, fd, &view);
	return view.origin != DESCRIPTOR_NOT_OPEN;
}

void ledger_view_at_birth(struct ledger *ledger, uint32_t table_ref, int fd,
			  struct descriptor_view *ret_view)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct descriptor_view here = { 0 };
	struct outlook birth = { .is_inherited = true };

	*ret_view = (struct descriptor_view){ .origin = DESCRIPTOR_NOT_OPEN };
	if (!table || table->link != LINK_FORK)
		return;
	here.slot = ledger_slot_at(ledger, table, fd, false);
	birth.table_ref = table->parent_ref;
	birth.moment = moment_of(table, here.slot && is_born_with(table, &here));
	view_walk(ledger, &birth, fd, ret_view);
}

bool ledger_view_is_settled(struct ledger *ledger, const struct ledger_table *table, int fd)
{
	struct ledger_table *parent = ledger_table_at(ledger, table->parent_ref);
	struct ledger_slot *slot = parent ? slot_or_standard(ledger, parent, fd) : NULL;
	unsigned int state = slot ? slot_state(slot_word(slot)) : SLOT_NONE;

	if (state == SLOT_NONE) /* what the parent has from its own parent it does not share */
		return parent && parent->link == LINK_FORK &&
		       ledger_view_is_open(ledger, table->parent_ref, fd);
	return (state == SLOT_OPEN || state == SLOT_OUTSIDE || state == SLOT_UNSEEN) &&
	       slot_load(&slot->opened_fork) < table->parent_fork;
}

uint32_t ledger_table_next(struct ledger *ledger, struct ledger_table *table, uint32_t fd)
{
	if (fd <= 2 && LEDGER_LOAD(table->standard))
		return fd; /* of a leaf that is there or not */
	return ledger_index_next(ledger, &table->slots, fd, LEDGER_SLOTS_PER_LEAF);
}

/* Has anybody along the forks a leaf for the number? */
static bool view_reaches(struct ledger *ledger, uint32_t table_ref, uint32_t fd)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct ascent ascent = { 0 };

	while (table) {
		if (slot_or_standard(ledger, table, (int)fd))
			return true;
		if (table->link != LINK_FORK)
			return false;
		table = ascend(ledger, &ascent, table, table->parent_ref);
	}
	return false;
}

uint32_t ledger_view_next(struct ledger *ledger, uint32_t table_ref, uint32_t fd)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t next = UINT32_MAX;
	struct ascent ascent = { 0 };

	if (view_reaches(ledger, table_ref, fd)) /* the most frequent answer by far */
		return fd;
	while (table && next != fd) {
		uint32_t here = ledger_table_next(ledger, table, fd);

		if (here < next)
			next = here;
		if (table->link != LINK_FORK)
			break;
		table = ascend(ledger, &ascent, table, table->parent_ref);
	}
	return next;
}

void ledger_view_at_start(struct ledger *ledger, uint32_t table_ref, int fd,
			  struct descriptor_view *ret_view)
{
	const struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct outlook start = { 0 };

	*ret_view = (struct descriptor_view){ .origin = DESCRIPTOR_NOT_OPEN };
	if (!table || (table->link != LINK_EXEC && table->link != LINK_SPAWN))
		return;
	start.is_inherited = table->link == LINK_SPAWN;
	start.table_ref = table->parent_ref;
	start.moment = moment_of(table, false);
	view_walk(ledger, &start, fd, ret_view);
}

uint32_t ledger_table_limit(const struct ledger_table *table)
{
	uint32_t limit = slot_load(&table->limit), most = LEDGER_INDEX_LEAVES * LEDGER_SLOTS_PER_LEAF;

	return limit < most ? limit : most;
}

uint32_t ledger_view_limit(struct ledger *ledger, uint32_t table_ref)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t highest = 0;
	struct ascent ascent = { 0 };

	while (table) {
		uint32_t limit = ledger_table_limit(table);

		if (limit > highest)
			highest = limit;
		if (table->link != LINK_FORK)
			break;
		table = ascend(ledger, &ascent, table, table->parent_ref);
	}
	return highest;
}
