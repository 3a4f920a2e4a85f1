/* SPDX-License-Identifier: MIT */
/*
 * Inside the judge: what its files share. Nothing outside includes this.
 *
 * The order of work: lives (which process entries are one process), leaks
 * (what was left open, in whose name) into groups, pairs closed by Python,
 * then words, stacks and totals for what will be shown.
 *
 * A ledger may be damaged or hostile. Whoever follows references here spends
 * from a budget in proportion to the ledger's size, so that no list, cyclic or
 * shared, costs more than a bounded time.
 */
#ifndef UNCLOSED_JUDGE_JUDGEMENT_H
#define UNCLOSED_JUDGE_JUDGEMENT_H

#include "judge/judge.h"
#include "model/lookup.h"

#define NONE UINT32_MAX

struct judge {
	struct report *report;
	struct snapshot *snapshot;
	struct ledger *ledger;
	struct symbolizer *symbolizer;
	const struct judge_context *context;
	const struct options *options;
	const struct paths *paths; /* where sources are; from session_describe() on */

	uint64_t view_budget;   /* tables looked through */
	uint64_t record_budget; /* members of lists followed */
	bool is_exhausted;      /* a budget was not enough */
	uint64_t damaged_tables;
	bool is_live;       /* a process of it runs on, and writes */
	uint64_t now_ns;    /* of the session, when it was looked at; 0: nobody looks */
	const char *damage; /* what shows that the ledger was overwritten; NULL: nothing */
	uint64_t held_by_living; /* left open by their openers, passed to processes still running */

	struct lookup blind; /* exe_ref → 1 when that program cannot be watched from inside */
	struct image *images;
	uint32_t image_count;
	struct life *lives;
	uint32_t life_count;
	struct ledger_totals given_back; /* of processes that ended clean and have no entry more */

	struct module *modules;
	uint32_t module_count;
	struct lookup module_by_name; /* hash of path and build-id */
	struct lookup module_by_path; /* address of its path */
	struct lookup maps_by_image;  /* reference of a ledger_image */
	struct image_map *maps;
	uint32_t map_count;
	struct place *places;
	uint32_t place_count;
	struct lookup place_by_ref;  /* reference of a ledger_stack */
	struct lookup place_by_hash; /* of its spots */
	struct lookup place_by_reading; /* of its frames, as they are shown */
	struct lookup frames_by_spot;
	struct spot_frames *frames;
	uint32_t frames_count;

	struct jit_map **jit_maps; /* by process entry; NULL: not read */
	struct lookup jit_by_name;
	struct report_frame *jit_frames;
	uint32_t jit_count;

	struct lookup left_by_stack; /* process, stack and thread → number in `lefts` */
	struct left *lefts;
	uint32_t left_count;

	struct lookup gc_by_opening; /* stack that opened, process → how many Python closed */
	struct lookup gc_by_stack; /* reference of a ledger_stack → did Python close there? */
	struct lookup unseen_by_inode;
	struct lookup crossed; /* what is told as a crossing in place of a leak */
	struct lookup kept_by_life;     /* life and keeper → 1: it keeps one */
	struct lookup closed_by_line; /* innermost frame of leaks and end → how many were closed */
	struct lookup child_by_fork; /* table and its tick → table of the child forked then */
	struct lookup scope_by_ref; /* reference of a ledger_scope → id */

	struct group *groups;
	uint32_t group_count;
	struct lookup group_by_key;
};

/* Take one from a budget. False, and remembered, when there is none left. */
bool budget_take(struct judge *judge, uint64_t *budget, uint64_t amount);

/* One more line of report->diagnostics; `text` in the report's memory. */
void diagnose(struct judge *judge, enum diagnostic_level level, const char *code, const char *text,
	      int64_t process);

#endif
