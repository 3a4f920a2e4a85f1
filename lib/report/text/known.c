/* SPDX-License-Identifier: MIT */
/* What the text says of rules and baseline. */
#include "report/text/text.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

/* "2 suppressed by leak:^start$ (ci/known.supp:9): lives as long as the server" */
static void print_rule(struct section *section, const struct report_suppression *rule)
{
	const struct printer *printer = section->printer;

	section_line(section);
	(void)fprintf(printer->out, "%" PRIu64 " suppressed by ", rule->matched);
	(void)print_text(printer, rule->rule);
	if (rule->is_default) {
		(void)fputs(" (shipped with unclosed)", printer->out);
	} else {
		(void)fputs(" (", printer->out);
		(void)print_text(printer, rule->source);
		if (rule->line)
			(void)fprintf(printer->out, ":%u", rule->line);
		(void)fputc(')', printer->out);
	}
	if (rule->reason) {
		(void)fputs(": ", printer->out);
		(void)print_text(printer, rule->reason);
	}
	(void)fputc('\n', printer->out);
}

/* Returns how many suppressed descriptors the lines tell of. */
static uint64_t print_rules(struct section *section, const struct report *report)
{
	uint64_t told = 0;
	size_t shown = 0;

	for (size_t i = 0; i < report->suppression_count; i++) {
		const struct report_suppression *rule = &report->suppressions[i];

		if (rule->matched == 0 || rule->is_expired ||
		    (shown == SECTION_MAX && !section->printer->style->is_verbose))
			continue;
		print_rule(section, rule);
		told += rule->matched;
		shown++;
	}
	return told;
}

void text_known(struct section *section, const struct report *report, const struct tally *tally)
{
	const struct printer *printer = section->printer;
	uint64_t told = print_rules(section, report);

	if (tally->suppressed > told) {
		section_line(section);
		(void)fprintf(printer->out, "%" PRIu64 "%s suppressed\n", tally->suppressed - told,
			      told > 0 ? " more" : "");
	}
	if (tally->baselined > 0) {
		section_line(section);
		(void)fprintf(printer->out, "%" PRIu64 " in the baseline", tally->baselined);
		if (report->baseline.file) {
			(void)fputs(" (", printer->out);
			(void)print_text(printer, report->baseline.file);
			(void)fputc(')', printer->out);
		}
		(void)fputc('\n', printer->out);
	}
}

void text_aside(const struct printer *printer, const struct report *report)
{
	for (size_t i = 0; i < report->suppression_count; i++) {
		const struct report_suppression *rule = &report->suppressions[i];

		if (rule->matched == 0 || strcmp(rule->source, "--ignore") != 0)
			continue;
		(void)fprintf(printer->out, "unclosed: %" PRIu64 " left aside by --ignore ",
			      rule->matched);
		(void)print_text(printer, rule->rule);
		(void)fputc('\n', printer->out);
	}
	for (size_t i = 0; i < report->diagnostic_count; i++) {
		const struct report_diagnostic *diagnostic = &report->diagnostics[i];

		if (!diagnostic->code || strcmp(diagnostic->code, "repeat") != 0)
			continue;
		(void)fputs("unclosed: note: ", printer->out);
		(void)print_text(printer, diagnostic->text);
		(void)fputc('\n', printer->out);
	}
}

/* "2 of 3 × file, never closed: load, main (store.c)" */
static void print_gone(const struct printer *printer, const struct report_gone *gone)
{
	if (gone->found > 0)
		(void)fprintf(printer->out, "%" PRIu64 " of %" PRIu64 " ",
			      gone->allowed - gone->found, gone->allowed);
	else
		(void)fprintf(printer->out, "%" PRIu64 " ", gone->allowed);
	(void)fprintf(printer->out, "%s ", sign_times(printer));
	(void)print_text(printer, gone->title ? gone->title : gone->fingerprint);
	if (gone->where) {
		(void)fputs(": ", printer->out);
		(void)print_text(printer, gone->where);
	}
}

static void print_better(const struct printer *printer, const struct report_baseline *baseline,
			 size_t shown)
{
	bool is_one = baseline->gone_count == 1;

	if (shown > 0 && baseline->gone_count > shown)
		(void)fprintf(printer->out, "and %zu more; ", baseline->gone_count - shown);
	(void)fprintf(printer->out, "%zu of %" PRIu64 " places known in ", baseline->gone_count,
		      baseline->place_count);
	(void)print_text(printer, baseline->file);
	(void)fprintf(printer->out, " %s gone or %s fewer: --update-baseline\n",
		      is_one ? "is" : "are", is_one ? "has" : "have");
}

/* "unclosed: note: ci/known.json was written: 5 places" */
static void print_updated(const struct printer *printer, const struct report_baseline *baseline)
{
	struct words words;

	(void)fputs("unclosed: note: ", printer->out);
	(void)print_text(printer, baseline->file);
	(void)fprintf(printer->out, " was written: %s\n",
		      words_count(&words, baseline->place_count, "place"));
}

void text_baseline(const struct printer *printer, const struct report *report)
{
	const struct report_baseline *baseline = &report->baseline;
	struct section section = { .printer = printer, .title = "Better than the baseline" };
	size_t shown = 0;

	if (baseline->gone_count == 0)
		return;
	while (shown < baseline->gone_count &&
	       (shown < SECTION_MAX || printer->style->is_verbose)) {
		section_line(&section);
		print_gone(printer, &baseline->gone[shown++]);
		(void)fputc('\n', printer->out);
	}
	section_line(&section);
	print_better(printer, baseline, shown);
}

void text_baseline_line(const struct printer *printer, const struct report *report)
{
	const struct report_baseline *baseline = &report->baseline;
	struct words words;

	if (baseline->is_updated) {
		print_updated(printer, baseline);
	} else if (baseline->gone_count > 0) {
		/* A clean run is brief: what got better is named, as far as it fits a line. */
		(void)fputs("unclosed: note: better than the baseline: ", printer->out);
		print_gone(printer, &baseline->gone[0]);
		if (baseline->gone_count > 1)
			(void)fprintf(printer->out, " and %s (-v lists them)",
				      words_count(&words, baseline->gone_count - 1, "more place"));
		(void)fputs("\nunclosed: note: ", printer->out);
		print_better(printer, baseline, 0);
	}
}
