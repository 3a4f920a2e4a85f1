/* SPDX-License-Identifier: MIT */
/* The sections at the end of the text report, and its diagnostics. */
#include "report/text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/words.h"

static void print_process(const struct printer *printer, const struct report_process *process)
{
	struct words words;

	(void)print_text(printer, process->name);
	(void)fputs(words_pid(&words, process->pid), printer->out);
}

static uint64_t process_left(const struct report_process *process, uint32_t kinds,
			     uint64_t ret_left[KIND_COUNT])
{
	uint64_t sum = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		ret_left[kind] = process->kinds[kind].left;
		if (kinds & KIND_BIT(kind))
			sum += ret_left[kind];
	}
	return sum;
}

static bool has_noted(const struct report *report, const struct finding *finding)
{
	return finding->noted > 0 && (report->kinds & KIND_BIT(finding->kind));
}

/* For each process by its place: does it have something not counted? To be freed. */
static bool *noted_processes(const struct report *report)
{
	bool *is_noted = calloc(report->process_count + 1, sizeof(*is_noted));

	if (!is_noted)
		abort(); /* like report_alloc() */
	for (size_t f = 0; f < report->finding_count; f++) {
		const struct finding *finding = &report->findings[f];

		for (size_t p = 0; has_noted(report, finding) && p < finding->process_count; p++) {
			const struct report_process *process =
				query_process(report, finding->processes[p]);

			if (process)
				is_noted[process - report->processes] = true;
		}
	}
	return is_noted;
}

/* The groups with something not counted in this process: ": [3], [4]". */
static void print_noted_groups(const struct printer *printer, const struct report *report,
			       const struct report_process *process)
{
	const char *before = ": ";

	for (size_t f = 0; f < report->finding_count; f++) {
		const struct finding *finding = &report->findings[f];
		size_t at = 0;

		while (at < finding->process_count && finding->processes[at] != process->id)
			at++;
		if (at == finding->process_count || !finding->id || !has_noted(report, finding) ||
		    text_is_folded(printer, report, finding))
			continue;
		(void)fprintf(printer->out, "%s[", before);
		(void)print_text(printer, finding->id);
		(void)fputc(']', printer->out);
		before = ", ";
	}
}

/* "worker (pid 4250) was ended by SIGTERM with 2 sockets open; state unknown, no proof: [3]" */
static void print_killed_process(struct section *section, const struct report *report,
				 const struct report_process *process)
{
	const struct printer *printer = section->printer;
	struct words words;
	uint64_t left[KIND_COUNT];

	section_line(section);
	print_process(printer, process);
	(void)fprintf(printer->out, " was ended by %s", words_signal(&words, process->signal));
	if (process_left(process, report->kinds, left) > 0) {
		(void)fputs(" with ", printer->out);
		(void)text_left(printer, "", report->kinds, left);
		(void)fputs(" open", printer->out);
	}
	(void)fputs("; state unknown, no proof", printer->out);
	print_noted_groups(printer, report, process);
	(void)fputc('\n', printer->out);
}

static void print_killed(struct section *section, const struct report *report)
{
	bool *is_noted = noted_processes(report);
	struct words words;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (process->end != REPORT_END_SIGNALED || !is_noted[i] ||
		    query_is_program(report, process->id)) /* the headline tells it */
			continue;
		if (shown < SECTION_MAX || section->printer->style->is_verbose) {
			print_killed_process(section, report, process);
			shown++;
		} else {
			more++;
		}
	}
	if (more > 0) {
		section_line(section);
		(void)fprintf(section->printer->out, "and %s ended by signals\n",
			      words_count(&words, more, "more process"));
	}
	free(is_noted);
}

/* "in chat_server" when all are in one process, else "in 3 processes". */
static void print_other_where(const struct printer *printer, const struct report *report)
{
	const struct report_process *only = NULL;
	struct words words;
	size_t count = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		uint64_t left[KIND_COUNT];

		if (process_left(&report->processes[i],
				 KIND_ALL & ~(KINDS_MEMORY | report->kinds), left) > 0) {
			only = &report->processes[i];
			count++;
		}
	}
	if (count == 1) {
		const char *slash = strrchr(only->name, '/');

		(void)fputs(" in ", printer->out);
		(void)print_text(printer, slash && slash[1] ? slash + 1 : only->name);
	} else if (count > 1) {
		(void)fprintf(printer->out, " in %s", words_count(&words, count, "process"));
	}
}

static void print_other_kinds(struct section *section, const struct report *report)
{
	uint64_t sum = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		sum += report->left_uncounted[kind];
	if (sum == 0)
		return;
	section_line(section);
	(void)text_left(section->printer, "", KIND_ALL, report->left_uncounted);
	(void)fputs(" open", section->printer->out);
	print_other_where(section->printer, report);
	(void)fprintf(section->printer->out, TEXT_JUDGED_BY "\n", sum == 1 ? "it" : "them");
}

static void print_running(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "Still running, not judged" };
	struct words words;
	size_t shown = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];
		uint64_t left[KIND_COUNT];

		if (process->end != REPORT_END_RUNNING || !process->is_covered ||
		    !process->is_listed || (shown == SECTION_MAX && !printer->style->is_verbose))
			continue;
		shown++;
		section_line(&section);
		print_process(printer, process);
		if (process_left(process, report->kinds, left) > 0) {
			(void)fputs(": ", printer->out);
			(void)text_left(printer, "", report->kinds, left);
			(void)fputs(" open by now", printer->out);
		}
		(void)fputc('\n', printer->out);
	}
	if (report->running_count > shown) {
		section_line(&section);
		(void)fprintf(printer->out, "%s\n",
			      words_count(&words, report->running_count - shown, "more process"));
	}
}

static void print_uncovered(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "NOT COVERED" };
	struct words words;
	size_t shown = 0;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		/* Those that nobody asked for (--only, --skip) are not listed. */
		if (process->is_covered || !process->is_listed ||
		    (shown == SECTION_MAX && !printer->style->is_verbose))
			continue;
		shown++;
		section_line(&section);
		print_process(printer, process);
		(void)fputs(": ", printer->out);
		(void)print_text(printer, process->reason ? process->reason : "reason not known");
		if (process->remedy) {
			(void)fputs("; ", printer->out);
			(void)print_text(printer, process->remedy);
		}
		(void)fputc('\n', printer->out);
	}
	/* None is listed where nobody wants to hear of them (--uncovered ignore). */
	if (shown > 0 && report->uncovered_count > shown) {
		section_line(&section);
		(void)fprintf(printer->out, "%s\n",
			      words_count(&words, report->uncovered_count - shown, "more process"));
	}
}

/* "make (pid 7): fd 3 (pipe:[81], make's jobserver), fd 5 (/dev/pts/0, terminal)" */
static void print_inherited(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "Handed down from outside" };

	for (size_t i = 0; printer->style->is_verbose && i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (process->inherited_count == 0 || !process->is_listed)
			continue;
		section_line(&section);
		print_process(printer, process);
		for (size_t j = 0; j < process->inherited_count; j++) {
			const struct report_inherited *inherited = &process->inherited[j];

			(void)fprintf(printer->out, "%s fd %d (", j ? "," : ":", inherited->fd);
			(void)print_text(printer,
					 inherited->target ? inherited->target : inherited->kind);
			if (inherited->known_as) {
				(void)fputs(", ", printer->out);
				(void)print_text(printer, inherited->known_as);
			}
			(void)fputc(')', printer->out);
		}
		(void)fputc('\n', printer->out);
	}
}

void text_sections(const struct printer *printer, const struct report *report,
		   const struct tally *tally)
{
	struct section uncounted = { .printer = printer, .title = "Not counted" };

	print_killed(&uncounted, report);
	text_folded(&uncounted, report);
	text_known(&uncounted, report, tally);
	print_other_kinds(&uncounted, report);
	text_baseline(printer, report);
	text_failed_shards(printer, report);
	if (report->is_live)
		text_live_processes(printer, report);
	else
		print_running(printer, report);
	print_uncovered(printer, report);
	print_inherited(printer, report);
}

void text_diagnostics(const struct printer *printer, const struct report *report,
		      enum diagnostic_level least)
{
	static const char *const levels[] = { [DIAGNOSTIC_NOTE] = "note",
					      [DIAGNOSTIC_WARNING] = "warning",
					      [DIAGNOSTIC_ERROR] = "error" };

	for (size_t i = 0; i < report->diagnostic_count; i++) {
		const struct report_diagnostic *diagnostic = &report->diagnostics[i];

		if (diagnostic->level < least)
			continue;
		(void)fprintf(printer->out, "unclosed: %s: ", levels[diagnostic->level]);
		(void)print_text(printer, diagnostic->text);
		(void)fputc('\n', printer->out);
	}
}
