/* SPDX-License-Identifier: MIT */
/*
 * Was the ledger overwritten? A wild store of the program may go into the mapping. What the
 * launcher knows by itself, the sums of what is final (ledger/seal.h), and what one record
 * says of another are compared. An honest ledger, of processes that were killed at any
 * moment, passes.
 */
#include "judge/process/damage.h"

#include "ledger/seal.h"

/* How many texts a column has; 0: it cannot be read. */
static uint32_t texts_count(struct damage *damage, enum call_column column)
{
	const struct ledger_header *header = damage->ledger->header;
	const struct ledger_string *texts =
		ledger_string_at(damage->ledger, LEDGER_LOAD(header->calls_ref[column]));
	uint32_t count = 1;

	if (!texts || texts->bytes[texts->length] != '\0')
		return 0;
	for (uint32_t i = 0; i < texts->length; i++)
		count += texts->bytes[i] == '\0';
	return count;
}

/* They are written by the first process that says hello. */
static void calls_find(struct damage *damage)
{
	const struct ledger_header *header = damage->ledger->header;
	uint32_t count = texts_count(damage, COLUMN_NAME);

	if (LEDGER_LOAD(header->calls_ref[COLUMN_NAME]) == 0)
		return;
	for (unsigned int column = 0; column < COLUMN_COUNT; column++)
		if (LEDGER_LOAD(header->calls_ref[column]) != 0 &&
		    !texts_count(damage, (enum call_column)column))
			damage_note(damage, "the names of the calls cannot be read", NONE);
	damage->call_count = count;
}

static void header_find(struct damage *damage)
{
	const struct ledger_header *header = damage->ledger->header;
	const struct ledger_header *known = damage->judge->context->header;

	if (damage->judge->snapshot->damage)
		damage_note(damage, damage->judge->snapshot->damage, NONE);
	if ((known && !ledger_header_is_same(header, known)) ||
	    (header->seal && header->seal != ledger_header_sum(header)) ||
	    (known && header->seal != known->seal))
		damage_note(damage, "its header was overwritten", NONE);
	if (!damage_ref_fits(damage, header->returns_ref,
			     LEDGER_RETURNS * sizeof(struct ledger_returns)) ||
	    LEDGER_LOAD(header->strays_sweep) > 1 || LEDGER_LOAD(header->is_full) > 1)
		damage_note(damage, "its header has words that no session writes", NONE);
	for (unsigned int i = 0; i < LEDGER_RETURNS; i++) {
		struct ledger_totals totals;
		uint32_t last = ledger_returns_read(damage->ledger, i, &totals);

		if (last != UINT32_MAX && last >= ledger_process_count(damage->ledger))
			damage_note(damage, "the sums of processes that are gone do not fit", NONE);
	}
}

static bool has_said_hello(const struct ledger_process *process)
{
	uint32_t state = LEDGER_LOAD(process->state);

	return state >= PROCESS_RUNNING && state <= PROCESS_REPLACED;
}

static bool is_all_zero(const struct ledger_process *process)
{
	const ledger_u32 *words = (const void *)process;

	for (size_t i = 0; i < sizeof(*process) / sizeof(*words); i++)
		if (LEDGER_LOAD(words[i]))
			return false;
	return true;
}

/* Entries that were handed out say so; what lies behind them is zeros. */
static void entry_find(struct damage *damage, const struct ledger_process *process, uint32_t index)
{
	uint32_t state = LEDGER_LOAD(process->state);

	/* Who was killed before its hello has left one without a state, and without a seal. */
	if (state == PROCESS_UNUSED && !damage->judge->is_live &&
	    (process->started_ns == 0 || LEDGER_LOAD(process->seal)))
		damage_note(damage, "an entry of a process was wiped out", index);
	if (state >= PROCESS_STATES || process->origin >= ORIGIN_COUNT ||
	    process->exec_of > index || LEDGER_LOAD(process->end_how) >= END_COUNT ||
	    LEDGER_LOAD(process->check) >= CHECK_COUNT ||
	    LEDGER_LOAD(process->hindrance) >= HINDRANCE_COUNT ||
	    LEDGER_LOAD(process->spread_end) >= SPREAD_ENDS ||
	    LEDGER_LOAD(process->has_filter) > 1 || LEDGER_LOAD(process->not_followed) > 1 ||
	    (process->parent > index && process->origin != ORIGIN_STRAY))
		damage_note(damage, "an entry of a process has words that nobody writes", index);
	if (LEDGER_LOAD(process->check) == CHECK_DAMAGED)
		damage_note(damage, "a process found its own records overwritten", index);
}

/* Where a process has given a leaf back, its entries are gone. */
static bool leaf_is_gone(struct damage *damage, uint32_t index)
{
	const ledger_u32 *leaf =
		ledger_index_leaf(damage->ledger, &damage->ledger->header->processes,
				  index / LEDGER_PROCESSES_PER_PAGE);

	return leaf && LEDGER_LOAD(*leaf) == LEDGER_LEAF_GONE;
}

/* An entry behind the last one; process_count bounds ledger_process_at(). */
static const struct ledger_process *entry_behind(struct damage *damage, uint32_t index)
{
	return ledger_index_at(damage->ledger, &damage->ledger->header->processes, index,
			       sizeof(struct ledger_process), LEDGER_PAGE_SIZE, false);
}

static void entries_find(struct damage *damage)
{
	uint32_t count = ledger_process_count(damage->ledger), index;

	for (index = 0; index < count; index++) {
		const struct ledger_process *process = ledger_process_at(damage->ledger, index);

		if (process)
			entry_find(damage, process, index);
		else if (!leaf_is_gone(damage, index))
			damage_note(damage, "entries of processes cannot be found", index);
		if (damage->judge->damage)
			return;
	}
	if (LEDGER_LOAD(damage->ledger->header->process_count) != count)
		damage_note(damage, "it counts more processes than there can be", NONE);
	/* A process may have got one since the count was read. */
	for (; index % LEDGER_PROCESSES_PER_PAGE != 0; index++) {
		const struct ledger_process *behind = entry_behind(damage, index);

		if (behind && !is_all_zero(behind) && !damage->judge->is_live)
			damage_note(damage, "it counts fewer processes than it has", NONE);
	}
	index = ledger_index_next(damage->ledger, &damage->ledger->header->processes, count,
				  LEDGER_PROCESSES_PER_PAGE);
	if (index != UINT32_MAX && !damage->judge->is_live && index / LEDGER_PROCESSES_PER_PAGE >
	    count / LEDGER_PROCESSES_PER_PAGE + 1)
		damage_note(damage, "it counts fewer processes than it has", NONE);
}

static void seals_find(struct damage *damage, const struct ledger_process *process, uint32_t index)
{
	uint32_t seal = LEDGER_LOAD(process->seal), table_seal = LEDGER_LOAD(process->table_seal);

	if (LEDGER_LOAD(process->state) != PROCESS_ENDED)
		return;
	if (seal && seal != ledger_process_sum(damage->ledger, process))
		damage_note(damage, "the record of a process was changed after its end", index);
	if (table_seal && table_seal != ledger_table_sum(damage->ledger, process))
		damage_note(damage, "the descriptors of a process were changed after its end",
			    index);
}

/* What is known without the ledger: who PROGRAM is. */
static void program_find(struct damage *damage)
{
	const struct ledger_process *first = ledger_process_at(damage->ledger, 0);
	uint32_t pid = damage->judge->context->program_pid;

	if (!first || LEDGER_LOAD(first->state) == PROCESS_UNUSED)
		damage_note(damage, "the entry of the program was wiped out", 0);
	else if (pid && LEDGER_LOAD(first->pid) != pid)
		damage_note(damage, "the entry of the program has another number than the program",
			    0);
}

void damage_find(struct judge *judge)
{
	struct damage damage = {
		.judge = judge,
		.ledger = judge->ledger,
		.used = (uint64_t)LEDGER_LOAD(judge->ledger->header->next_page) << LEDGER_PAGE_SHIFT,
	};

	for (uint32_t i = 0; i < judge->life_count; i++)
		judge->is_live |= judge->lives[i].is_running;
	header_find(&damage);
	calls_find(&damage);
	program_find(&damage);
	entries_find(&damage);
	for (uint32_t i = 0; i < judge->image_count && !judge->damage; i++) {
		const struct ledger_process *process = judge->images[i].process;

		if (!process)
			continue;
		seals_find(&damage, process, i);
		if (has_said_hello(process))
			damage_records_find(&damage, process, i);
	}
	if (!judge->damage)
		damage_stacks_find(&damage);
}
