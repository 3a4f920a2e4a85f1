/* SPDX-License-Identifier: MIT */
/*
 * The descriptors that passed from a process to a forked child which outlived it, and
 * the walk through the numbers of a process that finds them.
 *
 * Layer: judge, inside the judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_FIND_HEIRS_H
#define UNCLOSED_JUDGE_FIND_HEIRS_H

#include "judge/find/find.h"

/* In place of an heir: the one it passed to has closed it since. */
#define RELEASED (NONE - 1)

/* One process while its numbers are looked through. */
struct walk {
	struct judge *judge;
	uint32_t life;
	uint32_t table_ref;
	uint32_t depth;        /* tables above it, itself included */
	uint32_t id;           /* of its report_process */
	struct lookup facts;   /* number → reference of its fact */
	struct lookup *heirs;  /* identity of a descriptor → life it passed to, or RELEASED */
	struct lookup *owners; /* table → life that is judged for it, of several that share it */
	struct lookup *activity; /* table → latest tick at which something was opened or closed */
	bool is_finding_heirs;
};

/* When a life was over; one that runs on outlives all that ended. 0: not known. */
uint64_t life_end_ns(const struct life *life);

/* A number of the process, as `view` has it: is the process an heir, or has it been one? */
void heir_find(struct walk *walk, int fd, const struct descriptor_view *view);

/* The life a descriptor passed to; NONE: it stays where it was opened. */
uint32_t heir_of(const struct walk *walk, const struct descriptor_view *view);

#endif
