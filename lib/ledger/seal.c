/* SPDX-License-Identifier: MIT */
/* A session's header out of its options, and sums over entries that have ended with their tables. */
#include "ledger/seal.h"

#include <string.h>

#include "ledger/walk.h"

void ledger_settle(struct ledger *ledger, const struct options *options, const char *cwd)
{
	struct ledger_header *header = ledger->header;

	header->stack_depth = options->stack_depth;
	header->kinds = options->kinds;
	header->kinds_asked = options->is_verbose ? KIND_ALL : options->kinds;
	header->keeps_all = options_ask_for_programs(options);
	header->keeps_open = options_ask_for_open(options);
	header->spreads_numbers = options->spreads_numbers;
	if (cwd && *cwd)
		header->cwd_ref = ledger_string_add(ledger, cwd, strlen(cwd));
	header->seal = ledger_header_sum(header);
}

/* Whole words: records are aligned to 8 bytes. The fields may be changed meanwhile. */
static uint64_t mix_words(uint64_t sum, const void *record, size_t size)
{
	const ledger_u32 *words = record;

	for (size_t i = 0; i < size / sizeof(*words); i++)
		sum = ledger_sum_mix(sum, LEDGER_LOAD(words[i]));
	return sum;
}

static uint64_t mix_facts(struct ledger *ledger, uint64_t sum, uint32_t ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_fact *fact;

	for (; (fact = ledger_at(ledger, ref, sizeof(*fact))) && walk_goes_on(&walk, ref);
	     ref = fact->next_ref)
		sum = mix_words(sum, fact, sizeof(*fact));
	return sum;
}

static uint64_t mix_events(struct ledger *ledger, uint64_t sum, uint32_t ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_event *event;

	for (; (event = ledger_at(ledger, ref, sizeof(*event))) && walk_goes_on(&walk, ref);
	     ref = event->next_ref)
		sum = mix_words(sum, event, sizeof(*event));
	return sum;
}

/* What its parent may still write is left out: pid, waited, holders, and who made it. */
uint32_t ledger_process_sum(struct ledger *ledger, const struct ledger_process *process)
{
	uint64_t sum = ledger_sum_mix(LEDGER_SUM_START, LEDGER_LOAD(process->state));

	sum = ledger_sum_mix(sum, process->exec_of);
	sum = ledger_sum_mix(sum, process->uid);
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->image_ref));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->table_ref));
	sum = ledger_sum_mix(sum, process->started_ns);
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->ended_ns));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->end_how));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->end_status));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->check));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->open_count));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->facts_omitted));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->has_filter));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->checkpoint_ns));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->facts_ref));
	return ledger_sum_fold(mix_facts(ledger, sum, LEDGER_LOAD(process->facts_ref)));
}

uint32_t ledger_table_sum(struct ledger *ledger, const struct ledger_process *process)
{
	struct ledger_table *table = ledger_table_at(ledger, LEDGER_LOAD(process->table_ref));
	uint64_t sum = mix_words(LEDGER_SUM_START, process->kinds, sizeof(process->kinds));
	uint32_t limit = table ? LEDGER_LOAD(table->limit) : 0;

	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->memory_ref));
	sum = ledger_sum_mix(sum, LEDGER_LOAD(process->events_ref));
	sum = mix_events(ledger, sum, LEDGER_LOAD(process->events_ref));
	if (!table)
		return ledger_sum_fold(sum);
	sum = ledger_sum_mix(sum, (uint64_t)table->link << 32 | table->process);
	sum = ledger_sum_mix(sum, (uint64_t)table->parent_ref << 32 | table->parent_fork);
	sum = ledger_sum_mix(sum, (uint64_t)limit << 32 | LEDGER_LOAD(table->standard));
	for (uint32_t fd = 0; (fd = ledger_table_next(ledger, table, fd)) < limit; fd++) {
		const struct ledger_slot *slot = ledger_slot_at(ledger, table, (int)fd, false);

		if (slot)
			sum = mix_words(ledger_sum_mix(sum, fd), slot, sizeof(*slot));
	}
	return ledger_sum_fold(sum);
}
