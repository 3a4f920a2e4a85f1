/* SPDX-License-Identifier: MIT */
/* --spread-numbers: which processes gave a number twice, and why. */
#include "judge/process/process.h"

#include <stdio.h>

static const struct {
	const char *reason;
	const char *remedy;
} ends[SPREAD_ENDS] = {
	[SPREAD_LIMIT] = { "its limit of open files was reached", "raise it (ulimit -n)" },
	[SPREAD_SELECT] = { "it may call select(), which takes numbers below 1024",
			    "run a part of it" },
	[SPREAD_FULL] = { "262144 numbers were used", "run a part of it" },
	[SPREAD_ROOM] = { "the ledger had no room for more",
			  "give --ledger-dir a directory with more" },
	[SPREAD_FILTER] = { "it installed a seccomp filter", "test it without" },
	[SPREAD_LOCK] = { "it has locks of fcntl(), which a move of a file would drop", NULL },
	[SPREAD_QUEUE] = { "it opened a message queue, which is not moved", NULL },
};

/* One line a reason: the first process, and how many more. */
static void end_describe(struct judge *judge, enum spread_end end)
{
	struct report *report = judge->report;
	const struct report_process *first = NULL;
	char more[64] = "";
	uint32_t count = 0;

	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;

		if (!process || LEDGER_LOAD(process->spread_end) != end)
			continue;
		if (count++ == 0)
			first = &report->processes[judge->images[i].id];
	}
	if (!first)
		return;
	if (count > 1)
		(void)snprintf(more, sizeof(more), " and %u more process%s", count - 1,
			       count == 2 ? "" : "es");
	diagnose(judge, DIAGNOSTIC_NOTE, "numbers-given-again",
		 report_printf(report, "numbers were given again in %s (pid %d)%s: %s%s%s",
			       first->name, first->pid, more, ends[end].reason,
			       ends[end].remedy ? "; to go on longer, " : "",
			       ends[end].remedy ? ends[end].remedy : ""),
		 first->id);
}

void spread_describe(struct judge *judge)
{
	if (!judge->ledger->header->spreads_numbers)
		return;
	for (enum spread_end end = SPREAD_LIMIT; end < SPREAD_ENDS; end++)
		end_describe(judge, end);
}
