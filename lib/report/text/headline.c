/* SPDX-License-Identifier: MIT */
/* The first line of the text report: how PROGRAM ended and what it left. */
#include "report/text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/verdict.h"
#include "report/words.h"

/* Do all findings of `is_counted` belong to PROGRAM itself, so that "it left" is right? */
static bool is_all_in_program(const struct report *report, bool is_counted,
			      size_t *ret_process_count)
{
	bool *is_seen = calloc(report->process_count + 1, sizeof(*is_seen));
	bool is_program = true;

	if (!is_seen)
		abort(); /* like report_alloc() */
	*ret_process_count = 0;
	for (size_t f = 0; f < report->finding_count; f++) {
		const struct finding *finding = &report->findings[f];

		if ((is_counted ? finding->counted : finding->noted) == 0 ||
		    (!is_counted && !query_is_open(finding)))
			continue;
		for (size_t p = 0; p < finding->process_count; p++) {
			const struct report_process *process =
				query_process(report, finding->processes[p]);

			if (!process || is_seen[process - report->processes])
				continue;
			is_seen[process - report->processes] = true;
			(*ret_process_count)++;
			is_program = is_program && query_is_program(report, process->id);
		}
	}
	free(is_seen);
	return is_program;
}

static void print_processes(const struct printer *printer, size_t count)
{
	struct words words;

	(void)fprintf(printer->out, " in %s", words_count(&words, count, "process"));
}

static void print_counted(const struct printer *printer, const struct report *report,
			  const struct tally *tally)
{
	size_t process_count;
	bool is_program = is_all_in_program(report, true, &process_count);

	(void)fputs(is_program ? " and " : "; ", printer->out);
	text_counted(printer, tally, is_program);
	if (!is_program)
		print_processes(printer, process_count);
}

/* " with 2 sockets open, 1 socket closed twice, not counted" */
static void print_noted(const struct printer *printer, const struct report *report,
			const struct tally *tally)
{
	size_t process_count;
	bool is_program = is_all_in_program(report, false, &process_count);

	(void)fputs(is_program ? " with " : "; ", printer->out);
	text_kinds(printer, tally->noted_kinds);
	(void)fputs(" open", printer->out);
	if (!is_program)
		print_processes(printer, process_count);
	text_others(printer, tally, false, ", ");
	(void)fputs(", not counted", printer->out);
}

/* Where the all-clear holds. Nothing to add when it holds for the whole tree. */
static void print_reach(const struct printer *printer, const struct report *report)
{
	size_t judged = report->covered_count + report->uncovered_count;
	struct words words;

	if (report->skipped_count > 0)
		(void)fprintf(printer->out, " in the %zu of %s judged", judged,
			      words_count(&words, judged + report->skipped_count, "process"));
}

static uint64_t left_in_running(const struct report *report)
{
	uint64_t left = 0;

	for (size_t i = 0; i < report->process_count; i++)
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
			if (report->processes[i].end == REPORT_END_RUNNING &&
			    (report->kinds & KIND_BIT(kind)))
				left += report->processes[i].kinds[kind].left;
	return left;
}

/*
 * ", no socket left open (17 opened, 17 closed); not counted: 1 socket closed twice"
 * "; nothing counted, not complete: 1 of 3 processes was not covered (17 opened, 17 closed)"
 */
static void print_clean(const struct printer *printer, const struct report *report,
			const struct tally *tally)
{
	uint64_t opened = 0, closed = 0, others;
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = { { tally->suppressed_open, "suppressed" },
		      { tally->baselined_open, "in the baseline" },
		      { left_in_running(report), "still in use" },
		      { report->left_standard, "as standard input, output or error" } };

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (report->kinds & KIND_BIT(kind)) {
			opened += report->kinds_total[kind].opened;
			closed += report->kinds_total[kind].closed;
		}
	if (report->is_complete) {
		(void)fputs(", ", printer->out);
		text_all_clear(printer, report, tally);
		print_reach(printer, report);
	} else {
		(void)fputs("; ", printer->out);
		text_incomplete(printer, report);
	}
	(void)fprintf(printer->out, " (%" PRIu64 " opened, %" PRIu64 " closed", opened, closed);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count > 0)
			(void)fprintf(printer->out, ", %" PRIu64 " %s", parts[i].count,
				      parts[i].what);
	(void)fputc(')', printer->out);
	text_others(printer, tally, false, "; not counted: ");
	text_others(printer, tally, true, "; known: ");
	others = text_left(printer, "; ", KIND_ALL, report->left_uncounted);
	if (others > 0)
		(void)fprintf(printer->out, " open" TEXT_JUDGED_BY, others == 1 ? "it" : "them");
}

/* Why nothing good can be said of PROGRAM; NULL when it was followed to its end. */
static const char *unknown_why(const struct report *report, const struct report_process *program)
{
	if (!program)
		return "it left no record";
	if (program->is_skipped)
		return "it was not judged (--only, --skip)";
	if (!program->is_covered)
		return "it was not covered";
	if (program->end == REPORT_END_EXEC)
		return "the program that it became was not covered";
	if (report_is_damaged(report))
		return "its records are damaged";
	return NULL;
}

static void print_end(const struct printer *printer, const struct report *report, bool is_timed)
{
	const struct report_process *program = query_program(report);
	struct report_exit end = query_exit(report);
	uint64_t lasted = report->duration_ns;
	struct words words;

	if (!end.is_known)
		(void)fputs(program && program->end == REPORT_END_RUNNING
				    ? " has not ended"
				    : " ended in an unknown way",
			    printer->out);
	else if (end.is_signaled)
		(void)fprintf(printer->out, " was ended by %s", words_signal(&words, end.signal));
	else
		(void)fprintf(printer->out, " returned %d", end.status);
	if (program && program->duration_ns)
		lasted = program->start_ns - report->processes[0].start_ns + program->duration_ns;
	if (is_timed && lasted)
		(void)fprintf(printer->out, " after %s", words_duration(&words, lasted));
}

void text_headline(const struct printer *printer, const struct report *report,
		   const struct tally *tally)
{
	const struct report_process *program = query_program(report);
	const char *why = unknown_why(report, program);
	const char *name = program ? program->name : NULL;
	bool is_clean = !why && tally->counted == 0 && tally->noted_open == 0;
	struct words words;

	if (report->shard_count > 0) {
		text_merged_headline(printer, report, tally);
		return;
	}
	if (report->is_live) {
		text_live_headline(printer, report, tally);
		return;
	}
	if (!name && report->command)
		name = report->command[0];
	paint_begin(printer, PAINT_BOLD);
	(void)fputs("unclosed: ", printer->out);
	(void)print_text(printer, name ? name : "the program");
	if (program)
		(void)fputs(words_pid(&words, program->pid), printer->out);
	print_end(printer, report, !is_clean);
	if (why)
		(void)fprintf(printer->out, "; %s", why);
	if (tally->counted > 0)
		print_counted(printer, report, tally);
	else if (tally->noted_open > 0)
		print_noted(printer, report, tally);
	else if (is_clean)
		print_clean(printer, report, tally);
	else {
		(void)fprintf(printer->out, ", so nothing is known about its %s",
			      words_nouns(report->kinds));
		text_others(printer, tally, false, "; not counted: ");
	}
	paint_end(printer);
	(void)fputc('\n', printer->out);
}
