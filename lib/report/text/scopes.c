/* SPDX-License-Identifier: MIT */
/* The tests that descriptors were opened in. */
#include "report/text/text.h"

#include <inttypes.h>

#include "report/words.h"

/* Tests of a framework are called so; what a program began itself is a scope. */
static const char *scope_noun(const struct report_scope *scope)
{
	return scope->framework ? "test" : "scope";
}

/* "chat.reconnects (tests/test_chat.c:12)" */
static void print_scope(const struct printer *printer, const struct report_scope *scope)
{
	(void)print_text(printer, scope->name);
	if (!scope->file)
		return;
	(void)fputs(" (", printer->out);
	(void)print_text(printer, scope->file);
	if (scope->line)
		(void)fprintf(printer->out, ":%u", scope->line);
	(void)fputc(')', printer->out);
}

void text_finding_scopes(const struct printer *printer, const struct report *report,
			 const struct finding *finding)
{
	size_t count = finding->scope_count, shown = 0;
	size_t most = count <= LIST_MAX || printer->style->is_verbose ? count : LIST_SHOWN;
	struct words words;

	for (size_t i = 0; i < count && shown < most; i++) {
		const struct report_scope *scope = query_scope(report, finding->scopes[i]);

		if (!scope)
			continue;
		if (shown == 0 && count == 1)
			(void)fprintf(printer->out, "    in %s ", scope_noun(scope));
		else if (shown == 0)
			(void)fprintf(printer->out,
				      "    in %s: ", words_count(&words, count, scope_noun(scope)));
		else
			(void)fputs(", ", printer->out);
		print_scope(printer, scope);
		shown++;
	}
	if (shown > 0 && count > shown)
		(void)fprintf(printer->out, " and %zu more", count - shown);
	if (shown > 0)
		(void)fputc('\n', printer->out);
}

/* Of what it left, is there anything that counts? What nothing tells of was closed later. */
static bool is_counted(const struct report *report, const struct report_scope *scope)
{
	bool is_told = false;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		for (size_t at = 0; at < finding->scope_count; at++) {
			if (finding->scopes[at] != scope->id)
				continue;
			if (finding->counted > 0)
				return true;
			is_told = true;
		}
	}
	return !is_told;
}

/* Was it open at the end of the scope that it was opened in? */
static bool is_left(const struct finding *finding, const struct report_descriptor *descriptor,
		    const struct report_scope *scope)
{
	return descriptor->scope == scope->id &&
	       (finding->type == FINDING_LEAK ||
		(finding->type == FINDING_CLOSED_BY_GC && scope->ended_ns > 0 &&
		 descriptor->opened_ns + descriptor->age_ns > scope->ended_ns));
}

/* Of what it left open, how many a rule, a policy or the baseline took out of the count. */
static uint64_t scope_uncounted(const struct report *report, const struct report_scope *scope)
{
	uint64_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		for (size_t at = 0; at < finding->descriptor_count; at++) {
			const struct report_descriptor *one = &finding->descriptors[at];

			count += is_left(finding, one, scope) &&
				 (finding->counted == 0 || one->is_suppressed || one->is_noted);
		}
	}
	return count;
}

/* How many it left open that count. What was closed after its end is in no finding. */
static uint64_t scope_open(const struct report *report, const struct report_scope *scope)
{
	uint64_t count = scope->left > scope->leaked ? scope->left : scope->leaked, uncounted;

	if (count == 0 || !is_counted(report, scope))
		return 0;
	uncounted = scope_uncounted(report, scope);
	return uncounted < count ? count - uncounted : count;
}

/* Those of one noun: "unclosed: 1 of 50 tests left sockets open: chat.reconnects (1)". */
static void print_open(const struct printer *printer, const struct report *report, bool are_tests)
{
	size_t count = 0, guilty = 0, shown = 0, most;
	struct words words;

	for (size_t i = 0; i < report->scope_count; i++) {
		if (are_tests != (report->scopes[i].framework != NULL))
			continue;
		count++;
		guilty += scope_open(report, &report->scopes[i]) > 0;
	}
	if (guilty == 0)
		return;
	most = guilty <= LIST_MAX || printer->style->is_verbose ? guilty : LIST_SHOWN;
	(void)fprintf(printer->out, "unclosed: %zu of %s left %s open: ", guilty,
		      words_count(&words, count, are_tests ? "test" : "scope"),
		      words_nouns(report->kinds));
	for (size_t i = 0; i < report->scope_count && shown < most; i++) {
		const struct report_scope *scope = &report->scopes[i];

		if (are_tests != (scope->framework != NULL) || scope_open(report, scope) == 0)
			continue;
		(void)fputs(shown++ ? ", " : "", printer->out);
		(void)print_text(printer, scope->name);
		(void)fprintf(printer->out, " (%" PRIu64 ")", scope_open(report, scope));
	}
	if (guilty > shown)
		(void)fprintf(printer->out, " and %zu more", guilty - shown);
	(void)fputc('\n', printer->out);
}

void text_scopes(const struct printer *printer, const struct report *report)
{
	print_open(printer, report, true);
	print_open(printer, report, false);
}
