/* SPDX-License-Identifier: MIT */
/*
 * A group: a finding while descriptors still join it, and what speaks for a mistake there.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_GROUP_H
#define UNCLOSED_JUDGE_GROUP_H

#include "judge/judgement.h"

/* How many descriptors of a group a row of evidence holds for, and what its words are made of. */
#define EVIDENCE_ROWS_MAX 32

#define ENDS_FIRST 1u
#define ENDS_SECOND 2u
#define ENDS_ALL (ENDS_FIRST | ENDS_SECOND)

struct clue {
	uint32_t stack_ref; /* where it happened; 0: nowhere of its own */
	int error;          /* errno, 0 none */
	int number;         /* another descriptor, a process or a count; -1 none */
	const char *text;   /* anything else; in the report's memory */
	const char *closer; /* what releases it, where the opening call does not tell */
};

struct witness {
	uint64_t count;
	struct clue clue;   /* of the first one */
	bool is_clue_mixed; /* others have another errno or place */
};

/* Those of one process, of the openings of a group. */
struct growth_run {
	uint32_t life;
	size_t first, count; /* in group->opened_ns */
};

/* A finding while descriptors still join it. */
struct group {
	struct finding finding;
	uint32_t place; /* of the opening; NONE without a backtrace */
	unsigned int call;
	size_t descriptors_max; /* how many are described: more than shown when rules ask each */
	uint32_t last_process;  /* id that joined last */
	const char *noun;       /* "TCP", … ; NULL: mixed or not known */
	bool is_noun_mixed, is_role_mixed, is_unseen, is_datagram, is_duplicate;
	bool is_direction_unknown; /* connected, and no call that did it was seen */
	uint64_t proven; /* descriptors whose peer has closed */
	uint64_t excused; /* descriptors that are meant to be open: a note, whatever the policies */
	uint64_t killed; /* descriptors of processes that were ended */
	uint64_t failing; /* descriptors that fail the run whatever --gate says */
	uint64_t checkpointed; /* descriptors opened after their process's first checkpoint */
	uint64_t passed; /* descriptors opened before a fork by a process that ended */
	struct witness witnesses[EVIDENCE_ROWS_MAX];
	const char *closer;       /* of the stream that owns them; NULL: none does */
	uint64_t siblings;        /* from the same place, closed */
	const struct report_frame *usual_closer; /* what closed most of those; NULL: not known */
	uint64_t line_siblings;   /* from the same line on any way there, closed */
	unsigned int ends;        /* of pairs: ENDS_FIRST | ENDS_SECOND, those that are left */
	uint64_t *opened_ns;      /* when each was opened, since its process's start; life by life */
	size_t opened_count;
	struct growth_run *runs;  /* the lives that those are of */
	size_t run_count;
	uint64_t oldest_ns;       /* age of the oldest */
	uint32_t close_stack_ref; /* closed-by-gc: the stack that closed most of them */
	uint64_t close_count;
	uint64_t unseen_after_ns,
		unseen_before_ns; /* bounds of all unseen, from their process's start */
	uint64_t unseen_dated;    /* how many of them have both */
	uint32_t run_process; /* --min-count: the process that joined last, and what counts of it */
	uint64_t run_counted;
};

enum standing { STANDING_IGNORED, STANDING_NOTED, STANDING_COUNTED, STANDING_SUPPRESSED };

/* What a policy and --gate make of a descriptor. With --gate growing nothing counts by itself. */
enum standing standing_of(const struct judge *judge, enum policy policy, bool is_proven);

/* Why --gate has only a note for what a policy would count; never NULL. */
const char *gate_reason(const struct judge *judge);

#endif
