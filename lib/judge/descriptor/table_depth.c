/* SPDX-License-Identifier: MIT */
/* How many tables lie between one and the first, which a damaged ledger may have in a circle. */
#include "judge/descriptor/descriptor.h"

/* Forks and execs above one another; deeper is taken for a cycle. */
#define TABLE_DEPTH_MAX 1000000

uint32_t table_depth(struct judge *judge, uint32_t table_ref)
{
	struct ledger_table *table;
	uint32_t depth = 0;

	while ((table = ledger_table_at(judge->ledger, table_ref))) {
		if (++depth > TABLE_DEPTH_MAX || depth > judge->snapshot->data_bytes / sizeof(*table) ||
		    !budget_take(judge, &judge->view_budget, 1))
			return 0;
		if (table->link == LINK_NONE)
			break;
		table_ref = table->parent_ref;
	}
	return depth;
}
