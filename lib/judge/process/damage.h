/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of the search for damage share: the order of work (damage.c) and the
 * look at single records (damage_records.c). Nothing outside includes this.
 *
 * Layer: judge/process. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_PROCESS_DAMAGE_H
#define UNCLOSED_JUDGE_PROCESS_DAMAGE_H

#include "judge/process/process.h"

struct damage {
	struct judge *judge;
	struct ledger *ledger;
	uint64_t used;       /* bytes of the ledger that records may lie in */
	uint32_t call_count; /* ids of calls that there are; 0: not known */
	struct lookup stacks, tables;
};

/* Say what was found, `process` being an entry or NONE; the first one is told. */
void damage_note(struct damage *damage, const char *what, uint32_t process);

/* Is `ref` none, or that of a record of `size` bytes that can be there? */
bool damage_ref_fits(struct damage *damage, uint32_t ref, size_t size);

/* The lists, the table and the image of an entry that said hello. */
void damage_records_find(struct damage *damage, const struct ledger_process *process,
			 uint32_t index);

/* All backtraces. */
void damage_stacks_find(struct damage *damage);

#endif
