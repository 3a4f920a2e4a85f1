/* SPDX-License-Identifier: MIT */
/* What is different in the text of a merged report: it is about no single program. */
#include "report/text/text.h"

#include <inttypes.h>

#include "report/words.h"

static void merged_noted(const struct printer *printer, const struct tally *tally)
{
	text_kinds(printer, tally->noted_kinds);
	(void)fputs(" open", printer->out);
	text_others(printer, tally, false, ", ");
	(void)fputs(", not counted", printer->out);
}

void text_merged_headline(const struct printer *printer, const struct report *report,
			  const struct tally *tally)
{
	struct words words;

	paint_begin(printer, PAINT_BOLD);
	(void)fprintf(printer->out,
		      "unclosed: %s merged: ", words_count(&words, report->shard_count, "report"));
	if (tally->counted > 0)
		text_counts(printer, tally);
	else if (report->verdict == VERDICT_ERROR && report->records_lost == 0)
		(void)fputs("not all of them could look into their program", printer->out);
	else if (tally->noted_open > 0)
		merged_noted(printer, tally);
	else if (report->is_complete)
		text_all_clear(printer, report, tally);
	else
		text_incomplete(printer, report);
	if (tally->counted == 0 && tally->noted_open == 0)
		text_others(printer, tally, false, "; not counted: ");
	paint_end(printer);
	(void)fputc('\n', printer->out);
}

void text_shares(const struct printer *printer, const struct report *report,
		 const struct finding *finding)
{
	size_t count = finding->share_count;
	size_t most = count <= LIST_MAX || printer->style->is_verbose ? count : LIST_SHOWN;

	if (count == 0)
		return;
	(void)fputs("    in ", printer->out);
	for (size_t i = 0; i < most; i++) {
		const struct finding_share *share = &finding->shares[i];

		(void)fputs(i > 0 ? "; " : "", printer->out);
		(void)print_text(printer, report->shards[share->shard].name);
		(void)fprintf(printer->out, ": %" PRIu64, share->count);
	}
	if (count > most)
		(void)fprintf(printer->out, " and %zu more", count - most);
	(void)fputc('\n', printer->out);
}

void text_failed_shards(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "Did not succeed" };
	struct words words;

	for (size_t i = 0; i < report->shard_count; i++) {
		const struct report_shard *shard = &report->shards[i];
		const struct report_exit *end = &shard->exit;

		if (end->is_known && !end->is_signaled && end->status == 0 &&
		    shard->verdict != VERDICT_ERROR)
			continue;
		section_line(&section);
		(void)print_text(printer, shard->name);
		(void)fputs(": ", printer->out);
		(void)print_text(printer, shard->command && shard->command[0] ? shard->command[0]
									      : "the program");
		if (!end->is_known)
			(void)fputs(" ended in an unknown way", printer->out);
		else if (end->is_signaled)
			(void)fprintf(printer->out, " was ended by %s",
				      words_signal(&words, end->signal));
		else
			(void)fprintf(printer->out, " returned %d", end->status);
		(void)fputs(shard->verdict == VERDICT_ERROR ? ", and was not covered\n" : "\n",
			    printer->out);
	}
}
