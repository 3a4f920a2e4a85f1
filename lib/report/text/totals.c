/* SPDX-License-Identifier: MIT */
/* The last lines of the text report: sums and the exit status. */
#include "report/text/text.h"

#include <inttypes.h>

#include "report/words.h"

static void print_coverage(const struct printer *printer, const struct report *report)
{
	size_t total = report->covered_count + report->uncovered_count;
	struct words words;

	if (total == 0)
		(void)fputs(report->skipped_count ? "no process judged" : "no process covered",
			    printer->out);
	else
		(void)fprintf(printer->out, "%zu of %s covered", report->covered_count,
			      words_count(&words, total, "process"));
	if (total > 0 && report->skipped_count > 0)
		(void)fprintf(printer->out, ", %zu more not judged", report->skipped_count);
	(void)fputc('\n', printer->out);
}

/*
 * "unclosed: sockets: 17 opened, 14 closed, 6 open at most in one process; 2 of 3 processes
 * covered". How many of several processes were open at once nobody knows.
 */
static void print_kind_totals(const struct printer *printer, const struct report *report)
{
	bool is_one = report->covered_count + report->uncovered_count == 1 &&
		      report->shard_count == 0;
	bool is_first = true;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		const struct report_kind_count *count = &report->kinds_total[kind];

		if (!(report->kinds & KIND_BIT(kind)) || (count->opened == 0 && count->left == 0))
			continue;
		(void)fprintf(printer->out,
			      "%sunclosed: %s: %" PRIu64 " opened, %" PRIu64 " closed",
			      is_first ? "" : "\n", kind_plural(kind), count->opened,
			      count->closed);
		if (count->peak)
			(void)fprintf(printer->out, ", %" PRIu64 " open at most%s", count->peak,
				      is_one ? "" : " in one process");
		is_first = false;
	}
	if (report->is_live) {
		(void)fputs(is_first ? "" : "\n", printer->out);
		return;
	}
	(void)fputs(is_first ? "unclosed: " : "; ", printer->out);
	print_coverage(printer, report);
}

static void print_places(const struct printer *printer, uint64_t places)
{
	struct words words;

	(void)fprintf(printer->out, " from %s", words_count(&words, places, "place"));
}

/* "3 leaked sockets", "5 leaked descriptors (3 sockets, 2 files)" */
static void print_leaked(const struct printer *printer, const struct tally_type *type)
{
	uint32_t kinds = 0;
	struct words words;
	unsigned int told = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (type->kinds[kind] > 0)
			kinds |= KIND_BIT(kind);
	(void)fprintf(printer->out, "%" PRIu64 " leaked %s", type->counted,
		      type->counted == 1 ? words_noun(kinds) : words_nouns(kinds));
	if (kinds & (kinds - 1)) {
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
			if (kinds & KIND_BIT(kind))
				(void)fprintf(printer->out, "%s%s", told++ ? ", " : " (",
					      words_kind(&words, type->kinds[kind], kind));
		(void)fputc(')', printer->out);
	}
	print_places(printer, type->places);
}

/* "2 sockets closed by the garbage collector from 1 place", "1 double close from 1 place" */
static void print_others(const struct printer *printer, enum finding_type type,
			 const struct tally_type *tally)
{
	static const struct {
		const char *one, *many;
	} names[FINDING_TYPE_COUNT] = {
		[FINDING_CLOSED_BY_GC] = { "descriptor closed by the garbage collector",
					   "descriptors closed by the garbage collector" },
		[FINDING_DOUBLE_CLOSE] = { "double close", "double closes" },
		[FINDING_BAD_CLOSE] = { "close of nothing", "closes of nothing" },
		[FINDING_WRONG_CLOSE] = { "wrong close", "wrong closes" },
		[FINDING_USE_AFTER_CLOSE] = { "use after close", "uses after close" },
		[FINDING_EXEC_INHERITED] = { "descriptor handed on by exec",
					     "descriptors handed on by exec" },
		[FINDING_EXPECTED_CLOSED] = { "descriptor open where none was expected",
					      "descriptors open where none was expected" },
		[FINDING_CLOSED_UNDER] = { "close under a stream", "closes under a stream" },
		[FINDING_STANDARD_TAKEN] = { "socket in the place of a standard descriptor",
					     "sockets in the place of standard descriptors" },
		[FINDING_OVERWRITTEN] = { "overwritten descriptor", "overwritten descriptors" },
		[FINDING_BAD_USE] = { "use of nothing", "uses of nothing" },
	};

	(void)fprintf(printer->out, "%" PRIu64 " %s", tally->counted,
		      tally->counted == 1 ? names[type].one : names[type].many);
	print_places(printer, tally->places);
}

static void print_counts(const struct printer *printer, const struct tally *tally)
{
	const char *before = "";

	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		if (tally->types[type].counted == 0)
			continue;
		(void)fputs(before, printer->out);
		if (type == FINDING_LEAK)
			print_leaked(printer, &tally->types[type]);
		else
			print_others(printer, type, &tally->types[type]);
		before = ", ";
	}
	if (tally->counted == 0)
		(void)fputs("nothing counted", printer->out);
}

/* "; not counted: 2 noted, 1 in the baseline" */
static void print_not_counted(const struct printer *printer, const struct tally *tally)
{
	const struct {
		uint64_t count;
		const char *what;
	} parts[] = { { tally->noted, "noted" },
		      { tally->baselined, "in the baseline" },
		      { tally->suppressed, "suppressed" } };
	const char *before = tally->counted > 0 ? "; not counted: " : "; ";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].count == 0)
			continue;
		(void)fprintf(printer->out, "%s%" PRIu64 " %s", before, parts[i].count,
			      parts[i].what);
		before = ", ";
	}
}

void text_counts(const struct printer *printer, const struct tally *tally)
{
	print_counts(printer, tally);
	print_not_counted(printer, tally);
}

/* "unclosed: exit status 23 (leaks; the program returned 0)" */
void text_status(const struct printer *printer, const struct report *report)
{
	static const char *const reasons[] = {
		[REASON_CLEAN] = "nothing counted",
		[REASON_LEAKS] = "leaks",
		[REASON_PROGRAM] = "the program's own",
		[REASON_UNCOVERED] = "not covered",
		[REASON_LOST] = "records were lost",
		[REASON_ERROR] = "unclosed failed",
		[REASON_STALE] = "what is known is out of date",
		[REASON_MISUSE] = "misuse",
		[REASON_RUNNING] = "nothing counted",
	};
	struct report_exit end = query_exit(report);
	struct words words;

	if (report->exit_reason == REASON_PROGRAM && end.is_signaled) {
		(void)fprintf(printer->out, "unclosed: ended by %s, as the program was\n",
			      words_signal(&words, end.signal));
		return;
	}
	(void)fprintf(printer->out, "unclosed: exit status %d (%s", report->exit_status,
		      reasons[report->exit_reason]);
	if (report->verdict == VERDICT_INCOMPLETE && report->exit_reason == REASON_CLEAN)
		(void)fputs(", not complete", printer->out);
	if (report->exit_reason != REASON_PROGRAM && end.is_known && report->shard_count == 0) {
		if (end.is_signaled)
			(void)fprintf(printer->out, "; the program was ended by %s",
				      words_signal(&words, end.signal));
		else
			(void)fprintf(printer->out, "; the program returned %d", end.status);
	}
	(void)fputs(")\n", printer->out);
}

void text_totals(const struct printer *printer, const struct report *report,
		 const struct tally *tally)
{
	print_kind_totals(printer, report);
	text_scopes(printer, report);
	(void)fputs("unclosed: ", printer->out);
	text_counts(printer, tally);
	(void)fputc('\n', printer->out);
	text_status(printer, report);
}
