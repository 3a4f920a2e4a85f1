/* SPDX-License-Identifier: MIT */
/* Looks of `unclosed top`. Sessions and processes are found anew for each: they come and go. */
#include "cli/top_watch.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct top_series {
	uint64_t session;
	struct live_series looks;
	bool is_seen; /* in the look that is made */
};

/* A look that is made. */
struct looking {
	struct top_watch *watch;
	struct arguments arguments;
	struct report **reports;
	size_t count;
	int result; /* of the last session */
};

void top_watch_open(struct top_watch *ret_watch, const char *word,
		    const struct arguments *arguments)
{
	*ret_watch = (struct top_watch){ .word = word,
					 .arguments = arguments,
					 .kinds = arguments->options.kinds };
}

static void series_forget(struct top_watch *watch, bool is_all)
{
	size_t kept = 0;

	for (size_t i = 0; i < watch->series_count; i++)
		if (watch->series[i].is_seen && !is_all)
			watch->series[kept++] = watch->series[i];
		else
			live_series_free(&watch->series[i].looks);
	watch->series_count = kept;
}

void top_watch_close(struct top_watch *watch)
{
	series_forget(watch, true);
	free(watch->series);
	watch->series = NULL;
}

static struct top_series *series_of(struct top_watch *watch, uint64_t session)
{
	struct top_series *series;

	for (size_t i = 0; i < watch->series_count; i++)
		if (watch->series[i].session == session)
			return &watch->series[i];
	series = reallocarray(watch->series, watch->series_count + 1, sizeof(*series));
	if (!series)
		abort(); /* like report_alloc() */
	watch->series = series;
	series += watch->series_count++;
	*series = (struct top_series){ .session = session };
	return series;
}

static void report_keep(struct looking *looking, struct report *report)
{
	struct report **list =
		reallocarray(looking->reports, looking->count + 1, sizeof(*looking->reports));

	if (!list)
		abort(); /* like report_alloc() */
	looking->reports = list;
	looking->reports[looking->count++] = report;
}

static void session_look(const struct live_target *target, void *data)
{
	struct looking *looking = data;
	struct top_watch *watch = looking->watch;
	struct top_series *series = series_of(watch, target->session->id);
	const struct options *options = &looking->arguments.options;
	struct report *report = NULL;

	series->is_seen = true;
	looking->result =
		watch->is_lasting
			? live_report_make(target, &looking->arguments, false, &report)
			: live_report_next(target, options, false, &series->looks, &report);
	if (looking->result == 0)
		report_keep(looking, report);
	else
		report_free(report);
}

/* Since when the process of that number runs; 0: the target is a session. */
static uint64_t started_of(const struct live_target *target)
{
	for (size_t i = 0; target->pid && i < target->session->process_count; i++)
		if (target->session->processes[i].pid == target->pid)
			return target->session->processes[i].started_ticks;
	return 0;
}

static int word_look(struct looking *looking)
{
	struct top_watch *watch = looking->watch;
	struct live_target target;
	int result = live_target_open(&target, watch->word);

	if (result != 0)
		return result;
	if (watch->session &&
	    (watch->session != target.session->id || watch->started_ticks != started_of(&target))) {
		result = complain("%s stands for another one by now", watch->word);
	} else {
		watch->session = target.session->id;
		watch->started_ticks = started_of(&target);
		session_look(&target, looking);
		result = looking->result;
	}
	live_target_close(&target);
	return result;
}

static int all_look(struct looking *looking)
{
	int count = live_targets_visit(session_look, looking);

	if (count < 0)
		return -count;
	if (looking->count > 0)
		return 0;
	return complain("no process is watched that this user may look at");
}

int top_watch_look(struct top_watch *watch, struct top_rows *rows)
{
	struct looking looking = { .watch = watch, .arguments = *watch->arguments };
	int result;

	looking.arguments.options.kinds = watch->kinds;
	for (size_t i = 0; i < watch->series_count; i++)
		watch->series[i].is_seen = false;
	watch->why[0] = '\0';
	complain_into(watch->why, sizeof(watch->why));
	result = watch->word ? word_look(&looking) : all_look(&looking);
	complain_into(NULL, 0);
	series_forget(watch, false);
	if (result == 0) {
		watch->has_ended = false;
		top_rows_add(rows, looking.reports, looking.count);
		return 0;
	}
	watch->has_ended = watch->session != 0;
	free(looking.reports);
	return result;
}
