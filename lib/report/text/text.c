/* SPDX-License-Identifier: MIT */
/* The text report: what is shown, and in which order. */
#include "report/text/text.h"

#include <errno.h>
#include <stdlib.h>

#include "report/words.h"

/* Findings shown that do not count, where all are limited: alone, and beside what counts. */
#define NOTED_MAX 5
#define NOTED_BESIDE_MAX 3

static bool has_warning(const struct report *report)
{
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (report->diagnostics[i].level > DIAGNOSTIC_NOTE)
			return true;
	return false;
}

/* --uncovered ignore lists none of those that were not covered. */
static bool lists_uncovered(const struct report *report)
{
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].is_listed && !report->processes[i].is_covered)
			return true;
	return false;
}

/* Nothing counts; with --quiet that is nothing to say, or a line for what is not complete. */
static bool is_clear(const struct report *report)
{
	return report->verdict == VERDICT_CLEAN || report->verdict == VERDICT_INCOMPLETE;
}

bool text_is_clean(const struct report *report, const struct tally *tally)
{
	return is_clear(report) && tally->counted == 0 && tally->noted == 0 &&
	       !lists_uncovered(report) && report->running_count == 0 &&
	       report->process_count > 0 && !has_warning(report) && !text_has_limits(report);
}

/*
 * Findings with something counted, or the others, up to `most`. What is beyond
 * goes into `rest`. Returns how many were shown.
 */
static size_t text_findings(const struct printer *printer, const struct report *report,
			    bool is_counted, size_t most, struct tally *rest, size_t *ret_beyond)
{
	size_t shown = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		if ((finding->counted > 0) != is_counted ||
		    !text_is_shown(report, finding, printer->style->is_verbose) ||
		    text_is_folded(printer, report, finding))
			continue;
		if (shown < most) {
			text_finding(printer, report, finding);
			shown++;
		} else {
			tally_add(rest, report, finding);
			(*ret_beyond)++;
		}
	}
	return shown;
}

/* "… not shown: 300 leaked sockets from 280 places (--max-groups all shows them, …)" */
static void text_rest(const struct printer *printer, const struct tally *rest, size_t count)
{
	struct words words;

	(void)fprintf(printer->out, "\n%s not shown: ", sign_cut(printer));
	if (rest->counted > 0)
		text_counts(printer, rest);
	else
		(void)fprintf(printer->out, "%s, not counted", words_count(&words, count, "place"));
	(void)fputs(" (--max-groups all shows them, --json FILE has them)\n", printer->out);
}

/* A suite of thousands of processes has many that are worth a note: they must not bury the rest. */
static void text_groups(const struct printer *printer, const struct report *report)
{
	struct printer noted = *printer;
	struct tally rest = { .counted = 0 };
	size_t limit = printer->style->groups_max, beyond = 0, most, shown;

	most = limit ? limit : SIZE_MAX;
	shown = text_findings(printer, report, true, most, &rest, &beyond);
	most -= shown;
	noted.is_brief = shown > 0 && !printer->style->is_verbose && !report->is_live;
	if (limit && !report->is_live && most > (shown > 0 ? NOTED_BESIDE_MAX : NOTED_MAX))
		most = shown > 0 ? NOTED_BESIDE_MAX : NOTED_MAX;
	(void)text_findings(&noted, report, false, most, &rest, &beyond);
	if (beyond > 0)
		text_rest(printer, &rest, beyond);
}

/* The program failed, and the run does not (--exit-status leaks): a line says so. */
static bool has_other_status(const struct report *report)
{
	struct report_exit end = query_exit(report);

	return report->exit_reason == REASON_CLEAN && end.is_known && report->shard_count == 0 &&
	       (end.is_signaled || end.status != 0);
}

/* Where a line goes on that was too wide. */
#define WRAPPED_INDENT 8

typedef void part_print(const struct printer *printer, const struct report *report,
			const struct tally *tally);

static void print_tail(const struct printer *printer, const struct report *report,
		       const struct tally *tally)
{
	text_sections(printer, report, tally);
	(void)fputc('\n', printer->out);
	text_diagnostics(printer, report, DIAGNOSTIC_NOTE);
	text_totals(printer, report, tally);
}

/* Sentences, which a terminal gets wrapped as it gets those of a group. */
static void text_wrapped(const struct printer *printer, const struct report *report,
			 const struct tally *tally, part_print *print)
{
	struct printer inner = { .style = printer->style };
	char *text = NULL;
	size_t size;

	if (printer->style->width == 0) {
		print(printer, report, tally);
		return;
	}
	inner.out = open_memstream(&text, &size);
	if (!inner.out)
		abort(); /* like report_alloc() */
	print(&inner, report, tally);
	if (fclose(inner.out) != 0)
		abort();
	print_wrapped(printer, text, WRAPPED_INDENT);
	free(text);
}

static int text_write(FILE *out, const struct report *report, const struct report_style *style)
{
	const struct printer printer = { .out = out, .style = style };
	struct tally tally;
	bool is_clean;

	tally_make(&tally, report);
	is_clean = text_is_clean(report, &tally);
	if (style->is_quiet && is_clear(report)) {
		if (report->verdict == VERDICT_INCOMPLETE)
			text_headline(&printer, report, &tally);
		text_diagnostics(&printer, report, DIAGNOSTIC_WARNING);
		return ferror(out) ? -EIO : 0;
	}
	text_wrapped(&printer, report, &tally, text_headline);
	text_limits(&printer, report);
	if (!is_clean || style->is_verbose) {
		text_groups(&printer, report);
		text_wrapped(&printer, report, &tally, print_tail);
	} else {
		text_baseline_line(&printer, report);
		text_aside(&printer, report);
		if (has_other_status(report))
			text_status(&printer, report);
	}
	return ferror(out) ? -EIO : 0;
}

const struct report_writer report_text = { .name = "text", .write = text_write };
