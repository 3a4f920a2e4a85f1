/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include <inttypes.h>
#include <stdlib.h>

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
		    (!is_counted && !query_is_leak(finding)))
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

/* "3 sockets"; "5 descriptors (3 sockets, 2 files)". */
static void print_kinds(const struct printer *printer, const uint64_t kinds[KIND_COUNT])
{
	unsigned int different = 0, last = 0, told = 0;
	struct words words;
	uint64_t sum = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0) {
			different++;
			last = kind;
			sum += kinds[kind];
		}
	if (different == 1) {
		(void)fputs(words_kind(&words, sum, last), printer->out);
		return;
	}
	(void)fprintf(printer->out, "%s (", words_count(&words, sum, "descriptor"));
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0)
			(void)fprintf(printer->out, "%s%s", told++ ? ", " : "",
				      words_kind(&words, kinds[kind], kind));
	(void)fputc(')', printer->out);
}

/* What is told of PROGRAM ("left 3 sockets open") and of others ("3 sockets left open"). */
struct wording {
	const char *verb;
	const char *after;
	const char *passive;
};

static const struct wording wordings[FINDING_TYPE_COUNT] = {
	[FINDING_LEAK] = { "left ", " open", " left open" },
	[FINDING_CLOSED_BY_GC] = { "left ", " to the garbage collector",
				   " left to the garbage collector" },
	[FINDING_DOUBLE_CLOSE] = { "closed ", " twice", " closed twice" },
	[FINDING_BAD_CLOSE] = { "closed ", " that was not open", " closed that was not open" },
	[FINDING_WRONG_CLOSE] = { "closed ", " of somebody else", " of somebody else closed" },
	[FINDING_USE_AFTER_CLOSE] = { "used ", " after close", " used after close" },
	[FINDING_EXEC_INHERITED] = { "handed ", " on by exec", " handed on by exec" },
	[FINDING_EXPECTED_CLOSED] = { "had ", " open where none was expected",
				      " open where none was expected" },
	[FINDING_CLOSED_UNDER] = { "closed ", " under a stream", " closed under a stream" },
	[FINDING_STANDARD_TAKEN] = { "got ", " in the place of a standard descriptor",
				     " in the place of a standard descriptor" },
	[FINDING_OVERWRITTEN] = { "overwrote ", "", " overwritten" },
};

/* Lists of getaddrinfo() and its like are not open: "left 2 addrinfo lists unfreed". */
static const char *leak_word(const uint64_t kinds[KIND_COUNT], bool is_program)
{
	bool has_memory = false, has_descriptors = false;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0 && KINDS_MEMORY & KIND_BIT(kind))
			has_memory = true;
		else if (kinds[kind] > 0)
			has_descriptors = true;
	if (!has_memory)
		return is_program ? wordings[FINDING_LEAK].after : wordings[FINDING_LEAK].passive;
	if (!has_descriptors)
		return is_program ? " unfreed" : " left unfreed";
	return is_program ? " open or unfreed" : " left open or unfreed";
}

static void print_counted(const struct printer *printer, const struct report *report,
			  const struct tally *tally)
{
	struct words words;
	size_t process_count;
	bool is_program = is_all_in_program(report, true, &process_count);
	const char *before = is_program ? " and " : "; ";

	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		const struct wording *wording = &wordings[type];

		if (tally->types[type].counted == 0)
			continue;
		(void)fprintf(printer->out, "%s%s", before, is_program ? wording->verb : "");
		print_kinds(printer, tally->types[type].kinds);
		if (type == FINDING_LEAK)
			(void)fputs(leak_word(tally->types[type].kinds, is_program), printer->out);
		else
			(void)fputs(is_program ? wording->after : wording->passive, printer->out);
		before = ", ";
	}
	if (!is_program)
		(void)fprintf(printer->out, " in %s",
			      words_count(&words, process_count, "process"));
}

static void print_noted(const struct printer *printer, const struct report *report,
			const struct tally *tally)
{
	size_t process_count;
	struct words words;
	bool is_program = is_all_in_program(report, false, &process_count);

	(void)fputs(is_program ? " with " : "; ", printer->out);
	print_kinds(printer, tally->noted_kinds);
	(void)fputs(" open", printer->out);
	if (!is_program)
		(void)fprintf(printer->out, " in %s",
			      words_count(&words, process_count, "process"));
	(void)fputs(", not counted", printer->out);
}

/* Where the all-clear holds. Nothing to add when it holds for the whole tree. */
static void print_reach(const struct printer *printer, const struct report *report,
			const struct report_process *program)
{
	size_t total = report->covered_count + report->uncovered_count;
	size_t running = report->running_count;
	struct words words;

	if (report->uncovered_count > 0 || running > 0)
		(void)fprintf(printer->out, " in the %zu of %s",
			      report->covered_count > running ? report->covered_count - running : 0,
			      words_count(&words, total, "process"));
	if (running > 0)
		(void)fprintf(printer->out, " that %shave ended",
			      report->uncovered_count > 0 ? "were covered and " : "");
	else if (report->uncovered_count > 0)
		(void)fputs(" covered", printer->out);
	if (!program->is_checked) {
		(void)fputs(", not checked against the kernel", printer->out);
		if (program->check_reason) {
			(void)fputs(": ", printer->out);
			(void)print_text(printer, program->check_reason);
		}
	}
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

/* ", no socket left open (17 opened, 17 closed)" */
static void print_clean(const struct printer *printer, const struct report *report,
			const struct report_process *program, const struct tally *tally)
{
	uint64_t opened = 0, closed = 0;
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = { { tally->suppressed, "suppressed" },
		      { tally->baselined, "in the baseline" },
		      { left_in_running(report), "still in use" } };

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (report->kinds & KIND_BIT(kind)) {
			opened += report->kinds_total[kind].opened;
			closed += report->kinds_total[kind].closed;
		}
	(void)fprintf(printer->out, ", no %s%s left %s",
		      tally->suppressed + tally->baselined > 0 ? "new " : "",
		      words_noun(report->kinds),
		      report->kinds & ~KINDS_MEMORY ? "open" : "unfreed");
	print_reach(printer, report, program);
	(void)fprintf(printer->out, " (%" PRIu64 " opened, %" PRIu64 " closed", opened, closed);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count > 0)
			(void)fprintf(printer->out, ", %" PRIu64 " %s", parts[i].count,
				      parts[i].what);
	(void)fputc(')', printer->out);
}

/* Why nothing good can be said of PROGRAM; NULL when it was followed to its end. */
static const char *unknown_why(const struct report *report, const struct report_process *program)
{
	if (!program)
		return "it left no record";
	if (!program->is_covered)
		return "it was not covered";
	if (program->end == REPORT_END_RUNNING)
		return "it is still running";
	if (program->end == REPORT_END_EXEC)
		return "the program that it became was not covered";
	if (report->verdict == VERDICT_ERROR && report->exit_reason != REASON_UNCOVERED)
		return "the report is not complete";
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
				    : " ended, nobody saw how,",
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

	if (report->shard_count > 0) {
		text_merged_headline(printer, report, tally);
		return;
	}
	if (!name && report->command)
		name = report->command[0];
	paint_begin(printer, PAINT_BOLD);
	(void)fputs("unclosed: ", printer->out);
	(void)print_text(printer, name ? name : "the program");
	if (program)
		(void)fprintf(printer->out, " (pid %d)", program->pid);
	print_end(printer, report, !is_clean);
	if (why)
		(void)fprintf(printer->out, "; %s", why);
	if (tally->counted > 0)
		print_counted(printer, report, tally);
	else if (tally->noted_open > 0)
		print_noted(printer, report, tally);
	else if (is_clean)
		print_clean(printer, report, program, tally);
	else
		(void)fprintf(printer->out, ", so nothing is known about its %s",
			      words_nouns(report->kinds));
	paint_end(printer);
	(void)fputc('\n', printer->out);
}
