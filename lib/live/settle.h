/* SPDX-License-Identifier: MIT */
/*
 * Brings the record of one process that runs to what the kernel has open, in a snapshot: what its
 * own check would do at its end (preload/end/kernel_check.c). Two snapshots are compared, and the
 * kernel's list was read between them: what both have as the same opening, and the list has, was
 * open all the time between. The rest is in flux, and is left out.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SETTLE_H
#define UNCLOSED_LIVE_SETTLE_H

#include "live/facts.h"

/* Numbers that the kernel has open and nobody was seen to open, in their order. */
struct live_unseen {
	struct live_descriptor *list;
	size_t count;
};

struct live_settling {
	struct snapshot *before; /* read before the list; as it was */
	struct snapshot *after;  /* read after it; thawed */
	uint32_t index;          /* of the process entry */
	const struct live_listing *listing;
	const struct live_unseen
		*known;            /* what was unseen a moment ago, too; NULL: nothing is known */
	struct live_unseen unseen; /* what is now; the caller frees its list */
	uint64_t in_flux;          /* descriptors that came or went during the look */
	bool has_no_room;          /* of the memory that the snapshot was given */
};

/* Find what is unseen, and change nothing. */
int live_unseen_find(struct live_settling *settling);

/*
 * Settle the slots of the process. An unseen number is taken for open without an opener only
 * when `known` has it, as the same thing: between a call and its record a moment passes.
 * Returns 0, or -errno.
 */
int live_settle(struct live_settling *settling);

/* Write the facts of all that is open by now. */
void live_facts_write(struct live_facts *facts, uint32_t table_ref);

/*
 * Forget what a process opened itself after `until_ns`, but for the number `until_fd` (-1: none):
 * in a snapshot that is thawed.
 */
void live_cut(struct snapshot *snapshot, uint32_t index, uint64_t until_ns, int until_fd);

#endif
