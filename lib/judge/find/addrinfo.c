/* SPDX-License-Identifier: MIT */
/*
 * Memory that a process was given for its sockets and did not give back before it
 * ended by itself. What a killed process or one that executes another program
 * had is not told: both lose all memory at once, and nobody misses it.
 */
#include "judge/find/find.h"

static void block_judge(struct judge *judge, uint32_t process, const struct ledger_block *block)
{
	bool is_asked = judge->options->kinds & KIND_BIT(block->kind);
	enum standing standing = standing_of(judge, is_asked ? POLICY_COUNT : POLICY_NOTE, false);
	struct group *group = group_of(judge, FINDING_LEAK, block->kind, block->call,
				       place_of(judge, block->stack_ref));

	judge->report->processes[process].kinds[block->kind].left++;
	group_count(judge, group, standing, 1, process);
	if (standing == STANDING_NOTED)
		group->finding.note_reason =
			is_asked ? gate_reason(judge)
				 : report_printf(
					   judge->report,
					   "it is memory, not a descriptor (--kinds %s counts it)",
					   kind_name(block->kind));
}

static void process_judge(struct judge *judge, uint32_t index)
{
	const struct ledger_process *process = judge->images[index].process;
	struct ledger_memory *memory = ledger_memory_at(judge->ledger, process);
	uint32_t limit = memory ? atomic_load_explicit(&memory->limit, memory_order_relaxed) : 0;

	for (uint32_t i = 0; i < limit && i < LEDGER_BLOCKS_MAX; i++) {
		const struct ledger_block *block = ledger_block_at(judge->ledger, memory, i);

		if (!budget_take(judge, &judge->record_budget, 1))
			break;
		if (block && kind_is_memory(block->kind) &&
		    atomic_load_explicit(&block->address, memory_order_relaxed) > BLOCK_TAKEN)
			block_judge(judge, judge->images[index].id, block);
	}
}

void memory_find(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->life_count; i++) {
		const struct life *life = &judge->lives[i];

		if (life->is_wanted && life->is_covered && life->has_ended && !life->is_killed)
			process_judge(judge, life->last);
	}
}
