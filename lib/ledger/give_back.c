/* SPDX-License-Identifier: MIT */
/*
 * What a process leaves that ended clean is given back: a session may have a hundred
 * thousand short ones. By its parent, when it has waited for it: the process is gone
 * then, threads and all, and nobody but the parent knows its entry.
 *
 * Who refers to an entry or its table is counted in `holders`: entries announced by
 * it, the image after an exec included, as long as they have not been given back. An
 * entry without holders, of a process that is gone, is read by nobody but those who
 * read the whole ledger, and these follow no reference into what was given back:
 * in the order below the sums hold the process at the same store at which it no longer
 * counts by itself, before anything of it is used again.
 *
 * Indices are never used again: an entry is a name. Pages of entries are.
 */
#include "ledger/ledger.h"

/* Images that one process may have had. */
#define IMAGES_MAX 8

/* Numbers looked through; a process that used more of them is kept. */
#define NUMBERS_MAX 4096

/* Generations of forks above a child that must run on, each asked for. */
#define GENERATIONS_MAX 64

/* As many ticks behind an opening the first child tells whether copies were closed (copies.c). */
#define TICKS_LOOKED 8

struct life {
	struct ledger_process *images[IMAGES_MAX]; /* from the last to the first */
	uint32_t indices[IMAGES_MAX];
	unsigned int count;
};

/* The images of the process whose last one is `index`. False: not all of them can go. */
static bool life_read(struct ledger *ledger, uint32_t index, struct life *life)
{
	uint32_t origin;

	life->count = 0;
	do {
		struct ledger_process *image = ledger_process_at(ledger, index);
		bool is_last = life->count == 0;

		if (!image || life->count == IMAGES_MAX ||
		    LEDGER_LOAD(image->holders) != (is_last ? 0u : 1u))
			return false;
		life->indices[life->count] = index;
		life->images[life->count++] = image;
		origin = image->origin;
		if (origin == ORIGIN_EXEC && image->exec_of >= index)
			return false;
		index = image->exec_of;
	} while (origin == ORIGIN_EXEC);
	return origin == ORIGIN_FORK || origin == ORIGIN_SPAWN;
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

/* Is there nothing to tell of an image but its counts? */
static bool image_is_plain(struct ledger *ledger, const struct ledger_process *process)
{
	return !LEDGER_LOAD(process->events_ref) && !LEDGER_LOAD(process->facts_ref) &&
	       !LEDGER_LOAD(process->facts_omitted) && !LEDGER_LOAD(process->not_followed) &&
	       !LEDGER_LOAD(process->spread_end) &&
	       !LEDGER_LOAD(process->memory_ref) && !LEDGER_LOAD(process->checkpoint_ns) &&
	       !has_words(ledger, process);
}

/*
 * This child closed a copy of what its parent has open still. If it is the first
 * child since the opening it is a witness for the parent's number.
 */
static bool is_witness(struct ledger *ledger, uint32_t table_ref, int fd)
{
	const struct ledger_table *table = ledger_table_at(ledger, table_ref);
	struct descriptor_view view;

	ledger_view_at_birth(ledger, table_ref, fd, &view);
	return view.slot && slot_state(LEDGER_LOAD(view.slot->word)) == SLOT_OPEN &&
	       table->parent_fork - LEDGER_LOAD(view.slot->opened_fork) <= TICKS_LOOKED;
}

/* Nothing of the number is left, nor did another program get it from one of the session. */
static bool slot_is_clean(struct ledger *ledger, uint32_t table_ref, int fd,
			  const struct ledger_slot *slot, bool is_last)
{
	const struct ledger_table *table = ledger_table_at(ledger, table_ref);
	unsigned int state = slot_state(LEDGER_LOAD(slot->word));
	uint32_t facts = LEDGER_LOAD(slot->facts);

	if (is_last && state != SLOT_NONE && state != SLOT_CLOSED && state != SLOT_OUTSIDE)
		return false;
	if (table->link != LINK_FORK && facts & FACT_OUTSIDE && fd > 2 && !(facts & FACT_STRANGER))
		return false;
	return !(facts & FACT_INHERITED) || !is_witness(ledger, table_ref, fd);
}

/* Its own table: one that it shares with its parent is the parent's. */
static bool table_is_clean(struct ledger *ledger, uint32_t table_ref, uint32_t index, bool is_last)
{
	struct ledger_table *table = ledger_table_at(ledger, table_ref);
	uint32_t limit = table ? LEDGER_LOAD(table->limit) : UINT32_MAX;

	if (limit > NUMBERS_MAX || table->process != index)
		return false;
	for (uint32_t fd = 0; (fd = ledger_table_next(ledger, table, fd)) < limit; fd++) {
		const struct ledger_slot *slot = ledger_slot_at(ledger, table, (int)fd, false);

		if (slot && !slot_is_clean(ledger, table_ref, (int)fd, slot, is_last))
			return false;
	}
	return true;
}

/*
 * Copies of what ended processes had opened pass to the children that live on: then
 * also one that has closed its copy is asked for. As long as all run nothing passed.
 */
static bool ancestors_run(struct ledger *ledger, const struct ledger_process *first)
{
	const struct ledger_table *table = ledger_table_at(ledger, LEDGER_LOAD(first->table_ref));

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

static bool life_is_clean(struct ledger *ledger, const struct life *life, uint32_t parent)
{
	if (!end_is_known(life->images[0]) ||
	    !ancestors_run(ledger, life->images[life->count - 1]))
		return false;
	for (unsigned int i = 0; i < life->count; i++) {
		const struct ledger_process *image = life->images[i];

		if (image->parent != parent || !image_is_plain(ledger, image) ||
		    (i > 0 && LEDGER_LOAD(image->successor) != life->indices[i - 1] + 1) ||
		    !table_is_clean(ledger, LEDGER_LOAD(image->table_ref), life->indices[i],
				    i == 0))
			return false;
	}
	return true;
}

static void totals_add(struct ledger_totals *totals, const struct life *life)
{
	uint64_t end_ns = LEDGER_LOAD(life->images[0]->ended_ns);

	totals->processes++;
	if (end_ns > totals->end_ns)
		totals->end_ns = end_ns;
	for (unsigned int i = 0; i < life->count; i++)
		for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
			const struct ledger_kind_count *count = &life->images[i]->kinds[kind];
			uint32_t peak = LEDGER_LOAD(count->peak);

			totals->kinds[kind].opened += LEDGER_LOAD(count->opened);
			if (peak > totals->kinds[kind].peak)
				totals->kinds[kind].peak = peak;
		}
}

static struct ledger_returns *returns_at(struct ledger *ledger, uint32_t number)
{
	struct ledger_returns *all = ledger_at(ledger, ledger->header->returns_ref,
					       LEDGER_RETURNS * sizeof(*all));

	return all ? &all[number % LEDGER_RETURNS] : NULL;
}

/* A record of sums for our use alone; NULL: others are at all of them. */
static struct ledger_returns *returns_hold(struct ledger *ledger, uint32_t parent)
{
	for (uint32_t i = 0; i < LEDGER_RETURNS; i++) {
		struct ledger_returns *returns = returns_at(ledger, parent + i);
		uint32_t nobody = 0;

		if (returns &&
		    atomic_compare_exchange_strong_explicit(&returns->holder, &nobody, 1,
							    memory_order_acquire,
							    memory_order_relaxed))
			return returns;
	}
	return NULL;
}

static void string_free(struct ledger *ledger, uint32_t ref)
{
	const struct ledger_string *string = ledger_string_at(ledger, ref);

	if (string)
		ledger_record_free(ledger, ref, sizeof(*string) + string->length + 1);
}

static void modules_free(struct ledger *ledger, uint32_t ref)
{
	const struct ledger_module *module;

	while ((module = ledger_at(ledger, ref, sizeof(*module)))) {
		uint32_t next_ref = module->next_ref;

		ledger_record_free(ledger, ref, sizeof(*module));
		ref = next_ref;
	}
}

/* Its texts are its own (start.c), but for the names of the program and of what it loaded. */
static void image_free(struct ledger *ledger, uint32_t image_ref)
{
	const struct ledger_image *image = ledger_at(ledger, image_ref, sizeof(*image));

	if (!image)
		return;
	modules_free(ledger, LEDGER_LOAD(image->modules_ref));
	string_free(ledger, image->argv_ref);
	string_free(ledger, image->cwd_ref);
	ledger_record_free(ledger, image_ref, sizeof(*image));
}

/* Of one process and its table, which nobody looks into any more. */
static void records_free(struct ledger *ledger, const struct ledger_process *process)
{
	ledger_table_free(ledger, LEDGER_LOAD(process->table_ref));
	if (process->origin != ORIGIN_FORK)
		image_free(ledger, LEDGER_LOAD(process->image_ref));
	if (LEDGER_LOAD(process->threads_ref))
		ledger_record_free(ledger, LEDGER_LOAD(process->threads_ref),
				   LEDGER_THREADS * sizeof(struct ledger_thread));
}

static void holder_drop(struct ledger *ledger, uint32_t index)
{
	struct ledger_process *process = ledger_process_at(ledger, index);

	if (process)
		(void)atomic_fetch_sub_explicit(&process->holders, 1, memory_order_acq_rel);
}

/* The first to go are the earlier images: without the last they would seem another process. */
static void life_free(struct ledger *ledger, const struct life *life, uint32_t parent)
{
	for (unsigned int i = life->count; i-- > 0;)
		atomic_store_explicit(&life->images[i]->state, PROCESS_UNUSED,
				      memory_order_release);
	for (unsigned int i = life->count; i-- > 0;) {
		records_free(ledger, life->images[i]);
		ledger_process_return(ledger, life->indices[i]);
	}
	holder_drop(ledger, parent);
}

bool ledger_give_back(struct ledger *ledger, uint32_t index, uint32_t parent)
{
	struct ledger_header *header = ledger->header;
	struct ledger_returns *returns;
	struct life life;
	unsigned int number;

	if (ledger->is_frozen || header->keeps_all || !life_read(ledger, index, &life) ||
	    !life_is_clean(ledger, &life, parent))
		return false;
	returns = returns_hold(ledger, parent);
	if (!returns)
		return false;
	atomic_fetch_add(&header->returns_begun, 1);
	number = (LEDGER_LOAD(returns->current) & 1) ^ 1;
	returns->totals[number] = returns->totals[number ^ 1];
	totals_add(&returns->totals[number], &life);
	atomic_store(&returns->current, (uint64_t)(index + 1) << 1 | number);
	life_free(ledger, &life, parent);
	atomic_store_explicit(&returns->holder, 0, memory_order_release);
	atomic_fetch_add(&header->returns_done, 1);
	return true;
}

void ledger_withdraw(struct ledger *ledger, uint32_t index)
{
	struct ledger_process *process = ledger_process_at(ledger, index);
	const struct ledger_table *table =
		process ? ledger_table_at(ledger, LEDGER_LOAD(process->table_ref)) : NULL;
	uint32_t state = PROCESS_EXPECTED;

	/* Somebody answered to it, a stranger who was given its name: it is that one's now. */
	if (!process || !atomic_compare_exchange_strong(&process->state, &state, PROCESS_UNUSED))
		return;
	holder_drop(ledger, process->origin == ORIGIN_EXEC ? process->exec_of : process->parent);
	if (table && table->process == index)
		ledger_table_free(ledger, LEDGER_LOAD(process->table_ref));
	ledger_process_return(ledger, index);
}

/* The copy that counts may be exchanged twice while we read it: see returns_begun. */
uint32_t ledger_returns_read(struct ledger *ledger, unsigned int number,
			     struct ledger_totals *ret_totals)
{
	const struct ledger_returns *returns = returns_at(ledger, number);
	uint64_t current =
		returns ? atomic_load_explicit(&returns->current, memory_order_acquire) : 0;

	*ret_totals = current ? returns->totals[current & 1] : (struct ledger_totals){ 0 };
	return (uint32_t)(current >> 1) - 1; /* UINT32_MAX: nothing */
}
