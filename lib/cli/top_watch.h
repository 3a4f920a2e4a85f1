/* SPDX-License-Identifier: MIT */
/*
 * The series of looks of `unclosed top`: at one process, at one session, or at all.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_WATCH_H
#define UNCLOSED_CLI_TOP_WATCH_H

#include "cli/arguments.h"
#include "cli/live.h"
#include "cli/top_rows.h"

struct top_series; /* a session, and what had proof in the look before */

struct top_watch {
	const char *word; /* what to look at; NULL: all that the caller may see */
	const struct arguments *arguments;
	uint32_t kinds;         /* KIND_BIT()s that are asked for; may be changed between looks */
	bool is_lasting;        /* one look alone, which then waits for proof to last */
	uint64_t session;       /* of `word`; 0: it was not seen yet */
	uint64_t started_ticks; /* of the process that `word` names; 0: it names none */
	struct top_series *series;
	size_t series_count;
	bool has_ended; /* what `word` names was seen, and is gone */
	char why[512];  /* the line of the look that failed, not escaped */
};

void top_watch_open(struct top_watch *ret_watch, const char *word,
		    const struct arguments *arguments);
void top_watch_close(struct top_watch *watch);

/*
 * Look, and add it to the rows. Returns 0; EXIT_ERROR with watch->why: the rows are as they were.
 */
int top_watch_look(struct top_watch *watch, struct top_rows *rows);

#endif
