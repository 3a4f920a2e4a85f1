/* SPDX-License-Identifier: MIT */
/*
 * Processes: which entries of a ledger are one, how each ended, and whether it was
 * covered.
 *
 * Layer: judge/process. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_PROCESS_PROCESS_H
#define UNCLOSED_JUDGE_PROCESS_PROCESS_H

#include "judge/judgement.h"

/* One process entry of the ledger, by its index. */
struct image {
	struct ledger_process *process; /* NULL: never used, or an exec that failed */
	uint32_t life;
	uint32_t id; /* of the report_process */
};

/* One process: the images that one pid executed, one after the other. */
struct life {
	uint32_t first, last; /* indices of process entries */
	uint64_t end_ns;      /* 0: not known */
	struct report_exit exit;
	bool is_program;
	bool is_covered; /* the last image said hello */
	bool is_running;
	bool is_seen;              /* and was looked at: it is judged as it is now (judge/live.h) */
	bool is_wanted;            /* by --children, --only, --skip */
	bool has_ended;            /* the end handler of the last image ran through */
	bool has_truth;            /* and compared the table with the kernel's list */
	bool is_killed;            /* by a signal, or gone without the end handler */
	const char *killed_reason; /* for notes, when is_killed */
};

/* lives.c */

/* Fill images and lives. */
void lives_read(struct judge *judge);

/* Did its loader only list libraries, as ldd has it do? Then there is nothing to cover, or to check. */
bool life_only_lists(const struct judge *judge, const struct life *life);

/* Was process `index` made by a fork, with no exec since? */
bool life_is_fork(const struct judge *judge, const struct life *life);

/* visit.c */

/*
 * The image record of a process, and where it is in the ledger unless `ret_ref` is
 * NULL. NULL: there is none, or no process.
 */
struct ledger_image *image_record(struct judge *judge, const struct ledger_process *process,
			      uint32_t *ret_ref);

/* Each backtrace of the ledger, once. */
typedef void stack_visit(struct judge *judge, uint32_t stack_ref, const struct ledger_stack *stack,
			 void *data);
void stacks_visit(struct judge *judge, stack_visit *visit, void *data);

/* inherited.c */

/*
 * What a descriptor from outside is known as ("make's jobserver"),
 * by its number, kind and what it leads to (both may be NULL) and the environment; or NULL.
 */
const char *inherited_name(const struct judge *judge, int fd, const char *kind, const char *target);

/*
 * Did an exec of this process hand the number down on purpose: did LISTEN_FDS of its environment
 * name it?
 */
bool life_hands_down(struct judge *judge, const struct life *life, int fd);

/* damage.c */

/*
 * Look for what shows that the ledger was overwritten, and set judge->damage. Who did it, a
 * wild store of the program or somebody's hand, cannot be known.
 */
void damage_find(struct judge *judge);

/* processes.c */

/* Fill report->processes, one an image, and set image ids. */
void processes_describe(struct judge *judge);

/* When a life was over, as far as anybody saw; now, where it runs; 0: not known. */
uint64_t life_over_ns(const struct judge *judge, const struct life *life);

/* coverage of the lives, counts and `is_listed`; after the findings are there. */
void processes_count(struct judge *judge);

/* spread.c */

/* Diagnostics: which processes used a number twice, in spite of --spread-numbers. */
void spread_describe(struct judge *judge);

#endif
