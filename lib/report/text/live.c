/* SPDX-License-Identifier: MIT */
/* The first line of a report on processes that run. */
#include <inttypes.h>

#include "report/text/text.h"
#include "report/words.h"

struct sums {
	const struct report_process *first;
	size_t processes;
	uint64_t open, own, limit, in_flux;
};

static void sums_make(const struct report *report, struct sums *sums)
{
	*sums = (struct sums){ .first = NULL };
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (!process->is_seen)
			continue;
		if (!sums->first)
			sums->first = process;
		sums->processes++;
		sums->open += process->open;
		sums->in_flux += process->in_flux;
		sums->limit = process->limit;
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
			if (report->kinds & KIND_BIT(kind))
				sums->own += process->kinds[kind].left;
	}
}

/* "; 37 sockets are leaked, by what the kernel says or by growth" */
static void print_verdict(const struct printer *printer, const struct tally *tally)
{
	if (tally->counted == 0) {
		(void)fputs("; nothing shows a leak", printer->out);
		return;
	}
	(void)fputs("; it counts: ", printer->out);
	text_counted(printer, tally, false);
}

void text_live_headline(const struct printer *printer, const struct report *report,
			const struct tally *tally)
{
	struct sums sums;
	struct words words;

	sums_make(report, &sums);
	paint_begin(printer, PAINT_BOLD);
	(void)fputs("unclosed: ", printer->out);
	if (!sums.first) {
		(void)fputs("no process of it was looked at", printer->out);
	} else {
		(void)print_text(printer, sums.first->name);
		(void)fputs(words_pid(&words, sums.first->pid), printer->out);
		if (sums.processes > 1)
			(void)fprintf(printer->out, " and %s",
				      words_count(&words, sums.processes - 1, "process"));
		(void)fprintf(printer->out, " %s running for %s: %" PRIu64,
			      sums.processes > 1 ? "have been" : "has been",
			      words_duration(&words, sums.first->duration_ns), sums.open);
		if (sums.processes == 1 && sums.limit)
			(void)fprintf(printer->out, " of %" PRIu64, sums.limit);
		(void)fprintf(printer->out,
			      " descriptors open, %" PRIu64 " of them %s that it opened", sums.own,
			      words_nouns(report->kinds));
		print_verdict(printer, tally);
	}
	paint_end(printer);
	(void)fputc('\n', printer->out);
	if (sums.in_flux > 0)
		(void)fprintf(printer->out,
			      "unclosed: %s came or went during the look; they are not in this "
			      "report\n",
			      words_count(&words, sums.in_flux, "descriptor"));
}

void text_live_processes(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "Processes" };
	struct words words;
	size_t seen = 0, shown = 0;

	for (size_t i = 0; i < report->process_count; i++)
		seen += report->processes[i].is_seen;
	for (size_t i = 0; seen > 1 && i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (!process->is_seen || (shown == SECTION_MAX && !printer->style->is_verbose))
			continue;
		shown++;
		section_line(&section);
		(void)print_text(printer, process->name);
		(void)fprintf(printer->out, "%s: %" PRIu64, words_pid(&words, process->pid),
			      process->open);
		if (process->limit)
			(void)fprintf(printer->out, " of %" PRIu64, process->limit);
		(void)fputs(" descriptors open\n", printer->out);
	}
	if (shown > 0 && seen > shown) {
		section_line(&section);
		(void)fprintf(printer->out, "and %s\n",
			      words_count(&words, seen - shown, "more process"));
	}
}
