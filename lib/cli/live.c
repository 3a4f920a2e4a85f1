/* SPDX-License-Identifier: MIT */
/* Looks at a session that runs, and has the look judged. */
#include "cli/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/knowledge.h"
#include "judge/judge.h"
#include "report/words.h"
#include "symbol/symbol.h"

/* What is proven at both ends of this time is proof. */
#define PROOF_SECONDS 1

/* A process that executes a program has no image of its own for a moment. */
#define TRIES_MAX 5
static const struct timespec between_tries = { .tv_nsec = 10000000 };

/* Those that were looked at run; of the others nothing is asked. */
static bool entry_is_seen(const struct ledger_process *process, void *data)
{
	struct live_look *look = data;

	for (size_t i = 0; i < look->seen_count; i++)
		if (ledger_process_at(&look->snapshot.ledger, look->seen[i].index) == process)
			return true;
	return false;
}

/* What a look could not see of a process, and why. */
static void less_tell(const struct live_seen *seen, struct report *report)
{
	struct words words;

	if (seen->sockets_why)
		report_diagnose(
			report, DIAGNOSTIC_NOTE, "sockets-not-asked",
			report_printf(report, "of the sockets of %s (pid %d) less is known: %s",
				      seen->process.name, seen->process.pid, seen->sockets_why),
			-1);
	if (seen->uncopied)
		report_diagnose(
			report, DIAGNOSTIC_NOTE, "descriptors-not-asked",
			report_printf(report,
				      "%s of %s (pid %d) could not be asked whether the other end "
				      "is gone: pidfd_getfd(2) is not there, or is refused",
				      words_count(&words, seen->uncopied, "descriptor"),
				      seen->process.name, seen->process.pid),
			-1);
}

static void missed_tell(const struct live_look *look, struct report *report)
{
	for (size_t i = 0; i < look->missed_count; i++) {
		const struct live_missed *missed = &look->missed[i];

		report_diagnose(report, DIAGNOSTIC_WARNING, "not-looked-at",
				report_printf(report, "%s (pid %d) was not looked at: %s",
					      missed->process.name, missed->process.pid,
					      missed->why),
				-1);
	}
	for (size_t i = 0; i < look->seen_count; i++)
		less_tell(&look->seen[i], report);
}

/* Nothing could be looked at: why not. */
static int nothing_complain(const struct live_target *target, const struct live_look *look)
{
	if (look->missed_count > 0)
		return complain("%s (pid %d) cannot be looked at: %s", look->missed[0].process.name,
				look->missed[0].process.pid, look->missed[0].why);
	return complain("no process of session %016llx runs any more",
			(unsigned long long)target->session->id);
}

static struct judge_seen *seen_of(struct report *report, const struct live_look *look)
{
	struct judge_seen *seen = report_alloc(report, (look->seen_count + 1) * sizeof(*seen));

	for (size_t i = 0; i < look->seen_count; i++)
		seen[i] = (struct judge_seen){ .index = look->seen[i].index,
					       .pid = look->seen[i].process.pid,
					       .started_ticks = look->seen[i].process.started_ticks,
					       .open = look->seen[i].open,
					       .in_flux = look->seen[i].in_flux,
					       .limit = look->seen[i].limit };
	return seen;
}

int live_look_judge(const struct live_target *target, struct live_look *look,
		    const struct options *options, struct known *known, struct judge_live *live,
		    bool is_full, struct report *report)
{
	struct judge_context context = { .now_monotonic_ns = look->at_monotonic_ns,
					 .lists_all = is_full,
					 .options = options,
					 .known = known,
					 .is_alive = entry_is_seen,
					 .data = look,
					 .live = live,
					 .ledger_fd = target->ledger_fd };
	const char *why = NULL;
	int result;

	live->seen = seen_of(report, look);
	live->seen_count = look->seen_count;
	result = judge_snapshot(report, &look->snapshot, &context, &why);
	if (result < 0)
		return complain("cannot read ledger '%s': %s", target->session->path,
				result == -EPROTO && why ? why : strerror(-result));
	missed_tell(look, report);
	return 0;
}

static int look_once(const struct live_target *target, const struct options *options,
		     struct known *known, struct judge_live *live, bool is_full, bool is_brief,
		     struct report *report)
{
	const struct live_wish wish = { .pid = target->pid,
					.is_alone = options->children == CHILDREN_NONE,
					.kinds = is_brief ? 0 : options->kinds,
					.is_full = is_full };
	struct live_look look;
	const char *why = NULL;
	int result = 0;

	/* One that executes another program just then is looked at again. */
	for (int i = 0; i < TRIES_MAX; i++) {
		result = live_look(&look, target->session, target->ledger_fd, &wish, &why);
		if (result < 0 || look.seen_count > 0 || i + 1 == TRIES_MAX)
			break;
		live_look_free(&look);
		(void)nanosleep(&between_tries, NULL); /* shorter is as well */
	}
	if (result < 0)
		return complain("cannot look at session %016llx: %s",
				(unsigned long long)target->session->id,
				result == -EPROTO && why ? why : strerror(-result));
	crash_expect(target->session->path, NULL, EXIT_ERROR);
	result = look.seen_count == 0
			 ? nothing_complain(target, &look)
			 : live_look_judge(target, &look, options, known, live, is_full, report);
	crash_forget();
	live_look_free(&look);
	return result;
}

/* One look, and its report, which is the caller's. */
static int look_report(const struct live_target *target, const struct options *options,
		       struct judge_live *live, bool is_full, bool is_brief,
		       struct report **ret_report)
{
	struct report *report = report_new();
	struct known known;
	int result =
		report ? knowledge_open(&known, options, true) : complain("no memory for a report");

	if (result == 0)
		result = look_once(target, options, &known, live, is_full, is_brief, report);
	if (report)
		knowledge_close(&known);
	if (result == 0)
		*ret_report = report;
	else
		report_free(report);
	return result;
}

void live_series_free(struct live_series *series)
{
	free(series->proofs);
	symbolizer_free(series->symbolizer);
	*series = (struct live_series){ .proofs = NULL };
}

/* Another program may have the path of one that was read before. */
static void symbolizer_review(struct live_series *series, const struct report *report)
{
	if (series->process_count && report->process_count != series->process_count) {
		symbolizer_free(series->symbolizer);
		series->symbolizer = NULL;
	}
	series->process_count = report->process_count;
}

int live_report_next(const struct live_target *target, const struct options *options, bool is_full,
		     struct live_series *series, struct report **ret_report)
{
	struct judge_live live = { .earlier = series->proofs,
				   .earlier_count = series->proof_count };
	int result;

	if (!series->symbolizer)
		series->symbolizer = symbolizer_new(options->is_debuginfod);
	live.symbolizer = series->symbolizer;
	result = look_report(target, options, &live, is_full, series->is_brief, ret_report);
	if (result == 0)
		symbolizer_review(series, *ret_report);
	free(series->proofs);
	series->proofs = live.proofs;
	series->proof_count = live.proof_count;
	return result;
}

/* Where the first look has no proof, its report is the one: nothing is forgotten in it. */
int live_report_make(const struct live_target *target, const struct arguments *arguments,
		     bool is_full, struct report **ret_report)
{
	static const struct timespec pause = { .tv_sec = PROOF_SECONDS };
	struct live_series series = { .proofs = NULL };
	int result = live_report_next(target, &arguments->options, is_full, &series, ret_report);

	if (result == 0 && series.proof_count > 0) {
		report_free(*ret_report);
		*ret_report = NULL;
		(void)nanosleep(&pause, NULL); /* shorter is as well: less is proof */
		result =
			live_report_next(target, &arguments->options, is_full, &series, ret_report);
	}
	live_series_free(&series);
	return result;
}
