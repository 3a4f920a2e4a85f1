/* SPDX-License-Identifier: MIT */
/*
 * What a process leaves that ended clean is given back: a session may have a hundred
 * thousand short ones. By its parent, when it has waited for it: the process is gone
 * then, threads and all, and nobody but the parent knows its entry. Of those that nobody
 * waits for by who announces the next one (preload/record/sweep.c).
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
#include "ledger/ended_life.h"
#include "ledger/walk.h"

/* What one image counted of a kind, as a report tells it (totals.c). */
static struct ledger_total image_total(const struct ended_life *life, unsigned int image,
				       unsigned int kind)
{
	const struct ledger_kind_count *count = &life->images[image]->kinds[kind];
	struct ledger_total total = { .opened = LEDGER_LOAD(count->opened),
				      .left = life->left[image][kind],
				      .peak = LEDGER_LOAD(count->peak) };

	if (total.left > total.opened)
		total.opened = total.left;
	if (total.peak < total.left)
		total.peak = total.left;
	if (total.peak > total.opened)
		total.peak = total.opened;
	return total;
}

/* The most that were open at once is not known where two images opened some. */
static void kind_add(struct ledger_total *sum, const struct ended_life *life, unsigned int kind)
{
	uint64_t peak = 0;

	for (unsigned int i = 0; i < life->count; i++) {
		struct ledger_total total = image_total(life, i, kind);

		sum->opened += total.opened;
		sum->left += total.left;
		if (peak != LEDGER_PEAK_UNKNOWN)
			peak = peak && total.peak ? LEDGER_PEAK_UNKNOWN : peak + total.peak;
	}
	sum->placed += life->placed[kind];
	if (peak > sum->peak)
		sum->peak = peak;
}

static void totals_add(struct ledger_totals *totals, const struct ended_life *life)
{
	uint64_t end_ns = LEDGER_LOAD(life->images[0]->ended_ns);

	totals->processes++;
	if (end_ns > totals->end_ns)
		totals->end_ns = end_ns;
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++)
		kind_add(&totals->kinds[kind], life, kind);
}

static struct ledger_returns *returns_at(struct ledger *ledger, uint32_t number)
{
	struct ledger_returns *all =
		ledger_at(ledger, ledger->header->returns_ref, LEDGER_RETURNS * sizeof(*all));

	return all ? &all[number % LEDGER_RETURNS] : NULL;
}

/* A record of sums for our use alone; NULL: others are at all of them. */
static struct ledger_returns *returns_hold(struct ledger *ledger, uint32_t parent)
{
	for (uint32_t i = 0; i < LEDGER_RETURNS; i++) {
		struct ledger_returns *returns = returns_at(ledger, parent + i);
		uint32_t nobody = 0;

		if (returns && atomic_compare_exchange_strong_explicit(&returns->holder, &nobody, 1,
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

/* Its texts are its own (start.c), but for the names of the program and of what it loaded. */
static void image_free(struct ledger *ledger, uint32_t image_ref)
{
	const struct ledger_image *image = ledger_at(ledger, image_ref, sizeof(*image));

	if (!image)
		return;
	ledger_modules_free(ledger, image);
	string_free(ledger, image->argv_ref);
	string_free(ledger, image->cwd_ref);
	ledger_record_free(ledger, image_ref, sizeof(*image));
}

static void exceptions_free(struct ledger *ledger, uint32_t ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_exception *exception;

	while ((exception = ledger_at(ledger, ref, sizeof(*exception))) &&
	       walk_goes_on(&walk, ref)) {
		uint32_t next_ref = exception->next_ref;

		ledger_record_free(ledger, ref, sizeof(*exception));
		ref = next_ref;
	}
}

static void facts_free(struct ledger *ledger, uint32_t ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_fact *fact;

	while ((fact = ledger_at(ledger, ref, sizeof(*fact))) && walk_goes_on(&walk, ref)) {
		uint32_t next_ref = fact->next_ref;

		ledger_record_free(ledger, ref, sizeof(*fact));
		ref = next_ref;
	}
}

/* Of one process and its table, which nobody looks into any more. */
static void records_free(struct ledger *ledger, const struct ledger_process *process)
{
	ledger_table_free(ledger, LEDGER_LOAD(process->table_ref));
	facts_free(ledger, LEDGER_LOAD(process->facts_ref));
	exceptions_free(ledger, LEDGER_LOAD(process->exceptions_ref));
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
static void life_free(struct ledger *ledger, const struct ended_life *life, uint32_t parent)
{
	bool is_stray = life->images[life->count - 1]->origin == ORIGIN_STRAY;

	for (unsigned int i = life->count; i-- > 0;)
		atomic_store_explicit(&life->images[i]->state, PROCESS_RETURNED,
				      memory_order_release);
	for (unsigned int i = life->count; i-- > 0;) {
		records_free(ledger, life->images[i]);
		ledger_process_return(ledger, life->indices[i]);
	}
	if (!is_stray) /* whoever it names has not announced it */
		holder_drop(ledger, parent);
}

/* Nobody need look at it again, if what was found is so for good. */
static void life_keep(const struct ended_life *life)
{
	if (life->count && !life->may_change)
		(void)atomic_fetch_or_explicit(&life->images[0]->holders, HOLDERS_NAMED,
					       memory_order_relaxed);
}

bool ledger_give_back(struct ledger *ledger, uint32_t index, uint32_t parent)
{
	struct ledger_header *header = ledger->header;
	struct ledger_returns *returns;
	struct ended_life life;
	unsigned int number;

	if (ledger->is_frozen || header->keeps_all)
		return false;
	if (!ended_life_is_clean(ledger, index, parent, &life)) {
		life_keep(&life);
		return false;
	}
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
	if (!process || !atomic_compare_exchange_strong(&process->state, &state, PROCESS_RETURNED))
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
