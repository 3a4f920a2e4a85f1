/* SPDX-License-Identifier: MIT */
/* Is there more to tell of a process that is gone than how much it opened and closed? */
#include "ledger/ended_life.h"

#include <string.h>

#include "ledger/walk.h"

/* Numbers looked through; a process that used more of them is kept. */
#define NUMBERS_MAX 4096

/* Generations of forks above a child that must run on, each asked for. */
#define GENERATIONS_MAX 64

/* As many ticks behind an opening the first child tells whether copies were closed (copies.c). */
#define TICKS_LOOKED 8

/* The images of the process whose last one is `index`. False: not all of them can go. */
static bool life_read(struct ledger *ledger, uint32_t index, struct ended_life *life)
{
	uint32_t origin;

	*life = (struct ended_life){ 0 };
	do {
		struct ledger_process *image = ledger_process_at(ledger, index);
		bool is_last = life->count == 0;

		if (!image || life->count == LIFE_IMAGES_MAX)
			return false;
		if (LEDGER_LOAD(image->holders) != (is_last ? 0u : 1u)) {
			life->may_change = !(LEDGER_LOAD(image->holders) & HOLDERS_NAMED);
			return false;
		}
		life->indices[life->count] = index;
		life->images[life->count++] = image;
		origin = image->origin;
		if (origin == ORIGIN_EXEC && image->exec_of >= index)
			return false;
		index = image->exec_of;
	} while (origin == ORIGIN_EXEC);
	return origin == ORIGIN_FORK || origin == ORIGIN_SPAWN || origin == ORIGIN_STRAY;
}

/* Was the end of the last image seen and compared with the kernel's word? */
static bool end_is_known(const struct ledger_process *last)
{
	uint32_t check = LEDGER_LOAD(last->check);

	return atomic_load_explicit(&last->state, memory_order_acquire) == PROCESS_ENDED &&
	       (check == CHECK_COUNTED || check == CHECK_LISTED || check == CHECK_SCANNED);
}

/*
 * Has the image stacks of its own, or is there something to say of it? They and their
 * counts are read with those of other processes.
 */
static bool has_words(struct ledger *ledger, const struct ledger_process *process)
{
	const struct ledger_image *image =
		process->origin == ORIGIN_FORK
			? NULL /* its parent's, which stays */
			: ledger_at(ledger, LEDGER_LOAD(process->image_ref), sizeof(*image));

	return image && (LEDGER_LOAD(image->shelves_ref) || LEDGER_LOAD(image->interpreter_ref));
}

/* Is there nothing to tell of an image but its counts? Facts are of what it left open. */
static bool image_is_plain(struct ledger *ledger, const struct ledger_process *process)
{
	return !LEDGER_LOAD(process->events_ref) && !LEDGER_LOAD(process->limits_ref) &&
	       !LEDGER_LOAD(process->facts_omitted) && !LEDGER_LOAD(process->not_followed) &&
	       !LEDGER_LOAD(process->memory_ref) && !LEDGER_LOAD(process->checkpoint_ns) &&
	       !has_words(ledger, process);
}

/*
 * This child closed a copy of what its parent has open still. If it is the first
 * child since the opening it is a witness for the parent's number.
 */
static bool is_witness(const struct ledger_table *table, const struct descriptor_view *birth)
{
	return birth->slot && slot_state(LEDGER_LOAD(birth->slot->word)) == SLOT_OPEN &&
	       table->parent_fork - LEDGER_LOAD(birth->slot->opened_fork) <= TICKS_LOOKED;
}

/* Will a report tell of what is left open of this kind, one by one? */
static bool is_told(const struct ledger *ledger, unsigned int kind)
{
	uint32_t asked = ledger->header->kinds_asked;

	return asked == 0 || ledger->header->keeps_open || asked & KIND_BIT(kind);
}

/* Do all run that a forked child may have something from? */
static bool ancestors_run(struct ledger *ledger, uint32_t table_ref)
{
	const struct ledger_table *table = ledger_table_at(ledger, table_ref);

	for (unsigned int i = 0; table && table->link == LINK_FORK; i++) {
		const struct ledger_process *above;

		table = ledger_table_at(ledger, table->parent_ref);
		above = table ? ledger_process_at(ledger, table->process) : NULL;
		if (!above || i == GENERATIONS_MAX ||
		    atomic_load_explicit(&above->state, memory_order_acquire) != PROCESS_RUNNING)
			return false;
	}
	return table != NULL;
}

/*
 * Copies of what ended processes had opened pass to the children that live on: then
 * also one that has closed its copy is asked for. As long as the opener runs nothing passed,
 * and no more when it ended later than this one.
 */
static bool opener_outlives(struct ledger *ledger, const struct descriptor_view *birth,
			    uint64_t ended_ns)
{
	uint32_t index = birth->process, state = PROCESS_REPLACED;
	const struct ledger_process *opener = NULL;

	for (unsigned int i = 0; state == PROCESS_REPLACED && i < LIFE_IMAGES_MAX; i++) {
		opener = ledger_process_at(ledger, index);
		if (!opener)
			return false;
		state = atomic_load_explicit(&opener->state, memory_order_acquire);
		index = LEDGER_LOAD(opener->successor) - 1;
	}
	return state == PROCESS_RUNNING ||
	       (state == PROCESS_ENDED && LEDGER_LOAD(opener->ended_ns) >= ended_ns);
}

/* Is what a forked child has from before asked of others? */
static bool birth_is_clean(struct ledger *ledger, uint32_t table_ref, int fd, uint64_t ended_ns)
{
	struct descriptor_view birth;

	ledger_view_at_birth(ledger, table_ref, fd, &birth);
	return birth.origin == DESCRIPTOR_NOT_OPEN || birth.origin == DESCRIPTOR_OUTSIDE ||
	       opener_outlives(ledger, &birth, ended_ns);
}

/* All of it, if not all those run still that it may be of. */
static bool births_are_clean(struct ledger *ledger, struct ended_life *life)
{
	const struct ledger_process *first = life->images[life->count - 1];
	uint64_t ended_ns = LEDGER_LOAD(life->images[0]->ended_ns);
	uint32_t table_ref = LEDGER_LOAD(first->table_ref), limit;

	if (ancestors_run(ledger, table_ref))
		return true;
	limit = ledger_view_limit(ledger, table_ref);
	if (limit > NUMBERS_MAX)
		return false;
	for (uint32_t fd = 0; (fd = ledger_view_next(ledger, table_ref, fd)) < limit; fd++)
		if (!birth_is_clean(ledger, table_ref, (int)fd, ended_ns))
			return !(life->may_change = true);
	return true;
}

/* What a new program got from one of the session: of kinds that are told it is a crossing. */
static bool start_is_clean(struct ledger *ledger, uint32_t table_ref, int fd)
{
	struct descriptor_view start;

	ledger_view_at_start(ledger, table_ref, fd, &start);
	return start.slot && start.origin != DESCRIPTOR_UNSEEN &&
	       !is_told(ledger, slot_kind(LEDGER_LOAD(start.slot->word)));
}

static bool slot_is_clean(struct ledger *ledger, struct ended_life *life, uint32_t table_ref,
			  int fd, const struct ledger_slot *slot)
{
	const struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t facts = LEDGER_LOAD(slot->facts);
	struct descriptor_view birth;

	if (table->link != LINK_FORK)
		return !(facts & FACT_OUTSIDE) || fd <= 2 || facts & FACT_STRANGER ||
		       start_is_clean(ledger, table_ref, fd);
	if (!(facts & FACT_INHERITED))
		return true;
	ledger_view_at_birth(ledger, table_ref, fd, &birth);
	return !(life->may_change = is_witness(table, &birth));
}

/* Which image of the life is entry `index`? */
static unsigned int image_of(const struct ended_life *life, uint32_t index)
{
	unsigned int i = 0;

	while (i < life->count && life->indices[i] != index)
		i++;
	return i;
}

/* The kind that the judge takes it for. */
static unsigned int kind_of(struct ledger *ledger, const struct ended_life *life, int fd,
			    const struct ledger_slot *slot)
{
	const struct ledger_fact *fact;
	uint32_t ref = LEDGER_LOAD(life->images[0]->facts_ref);
	struct ledger_walk walk = { 0 };

	for (; (fact = ledger_at(ledger, ref, sizeof(*fact))) && walk_goes_on(&walk, ref);
	     ref = fact->next_ref)
		if (fact->fd == fd)
			return fact->kind;
	return slot_kind(LEDGER_LOAD(slot->word));
}

/* Does the call choose the number that it gives? By the column of calls.def. */
static bool call_places(struct ledger *ledger, unsigned int call)
{
	const struct ledger_string *texts =
		ledger_string_at(ledger, LEDGER_LOAD(ledger->header->calls_ref[COLUMN_NUMBER]));
	uint32_t at = 0;

	for (; texts && call > 0 && at < texts->length; at++)
		call -= texts->bytes[at] == '\0';
	return texts && call == 0 && texts->length - at >= sizeof("placed") - 1 &&
	       memcmp(texts->bytes + at, "placed", sizeof("placed")) == 0;
}

/*
 * What it opened itself and left is counted, as leak.c does. False: it is told. Of what
 * is at 0, 1 and 2 by no call that places it there the judge has more to ask.
 */
static bool left_count(struct ledger *ledger, struct ended_life *life,
		       const struct descriptor_view *view, int fd)
{
	unsigned int kind = kind_of(ledger, life, fd, view->slot);
	unsigned int image = image_of(life, view->process);
	bool is_placed = fd <= 2 && call_places(ledger, slot_call(LEDGER_LOAD(view->slot->word)));

	if (kind >= KIND_DESCRIPTORS || image == life->count || view->is_before ||
	    LEDGER_LOAD(view->slot->scope_ref))
		return false;
	life->left[image][kind]++;
	life->placed[kind] += is_placed;
	if (is_placed)
		return kind != KIND_SOCKET;
	return !is_told(ledger, kind) && kind != KIND_SOCKET && (fd > 2 || kind != KIND_PTY);
}

static bool open_is_clean(struct ledger *ledger, struct ended_life *life, uint32_t table_ref,
			  int fd)
{
	struct descriptor_view view;

	ledger_view(ledger, table_ref, fd, &view);
	if (view.origin == DESCRIPTOR_UNSEEN || view.is_closing)
		return false;
	return view.origin != DESCRIPTOR_OWN || left_count(ledger, life, &view, fd);
}

/* Its own table: one that it shares with its parent is the parent's. */
static bool table_is_clean(struct ledger *ledger, struct ended_life *life, unsigned int image)
{
	uint32_t table_ref = LEDGER_LOAD(life->images[image]->table_ref);
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t limit = table ? LEDGER_LOAD(table->limit) : UINT32_MAX;

	if (limit > NUMBERS_MAX || table->process != life->indices[image])
		return false;
	for (uint32_t fd = 0; (fd = ledger_table_next(ledger, table, fd)) < limit; fd++) {
		const struct ledger_slot *slot = ledger_slot_at(ledger, table, (int)fd, false);

		if ((slot && !slot_is_clean(ledger, life, table_ref, (int)fd, slot)) ||
		    (image == 0 && !open_is_clean(ledger, life, table_ref, (int)fd)))
			return false;
	}
	return true;
}

bool ended_life_is_clean(struct ledger *ledger, uint32_t index, uint32_t parent,
			 struct ended_life *ret_life)
{
	struct ended_life *life = ret_life;

	if (!life_read(ledger, index, life) || !end_is_known(life->images[0]) ||
	    !births_are_clean(ledger, life))
		return false;
	for (unsigned int i = 0; i < life->count; i++) {
		const struct ledger_process *image = life->images[i];

		if (image->parent != parent || !image_is_plain(ledger, image) ||
		    (i > 0 && LEDGER_LOAD(image->successor) != life->indices[i - 1] + 1) ||
		    !table_is_clean(ledger, life, i))
			return false;
	}
	return true;
}
