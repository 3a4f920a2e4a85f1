/* SPDX-License-Identifier: MIT */
/*
 * Markdown for the summary of a CI job: the headline, a table of what counts,
 * and the text report folded away below. Its words are those of the text report.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/location.h"
#include "report/message.h"
#include "report/text/text.h"

#define ROWS_MAX 50
/* GitHub takes 1 MiB of a step and drops the whole summary when it is more. */
#define TEXT_MAX ((size_t)200 * 1024)

static char *text_of(const struct report *report, bool is_headline)
{
	static const struct report_style style = { .is_utf8 = true };
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	const struct printer printer = { .out = memory, .style = &style };
	struct tally tally;

	if (!memory)
		abort(); /* like report_alloc() */
	tally_make(&tally, report);
	if (is_headline)
		text_headline(&printer, report, &tally);
	else
		(void)report_text.write(memory, report, &style);
	if (fclose(memory) != 0)
		abort();
	return text;
}

/* A sign that could begin markup here. Within a word, "_" cannot. */
static bool is_markup(const char *text, const char *at)
{
	if (*at == '_')
		return at == text || !isalnum((unsigned char)at[-1]) ||
		       !isalnum((unsigned char)at[1]);
	return strchr("\\`*[]<>#|~&$@", *at);
}

/* One line of any text, as text: no markup, no table cell, no HTML of its own. */
static void write_inline(FILE *out, const char *text)
{
	static const struct report_style style = { .is_utf8 = true };
	const struct printer printer = { .out = out, .style = &style };

	for (const char *at = text, *plain = text; *plain; plain = at) {
		char *piece;

		while (*at && !is_markup(text, at))
			at++;
		piece = strndup(plain, (size_t)(at - plain));
		if (!piece)
			abort(); /* like report_alloc() */
		if (*piece)
			(void)print_text(&printer, piece);
		free(piece);
		/* By number: a backslash is no escape in the cell of a table, nor for "@name". */
		if (*at)
			(void)fprintf(out, "&#%d;", *at++);
	}
}

static void headline_write(FILE *out, const struct report *report)
{
	char *headline = text_of(report, true);

	headline[strcspn(headline, "\n")] = '\0';
	(void)fputs("### ", out);
	write_inline(out, headline);
	(void)fputs("\n\n", out);
	free(headline);
}

static void row_write(FILE *out, const struct report *report, const struct report_style *style,
		      const struct finding *finding)
{
	const struct report_frame *frame = location_frame(report, style->root, finding);
	char *title = message_title(finding), *programs = message_programs(report, finding);
	char *place;
	bool is_below;

	if (!frame && finding->stack.frame_count)
		frame = &finding->stack.frames[0];
	place = message_place(frame);
	if (frame && frame->file && frame->line) {
		char *path = location_path(report, style->root, frame->file, &is_below);

		free(place);
		if (asprintf(&place, "%s%s%s:%u", frame->function ? frame->function : "",
			     frame->function ? ", " : "", path, frame->line) < 0)
			abort(); /* like report_alloc() */
		free(path);
	}
	(void)fprintf(out, "| %" PRIu64 "%s | ", finding->counted,
		      finding->baselined ? " more" : "");
	write_inline(out, title);
	(void)fputs(" | ", out);
	write_inline(out, place ? place : "not known");
	(void)fputs(" | ", out);
	write_inline(out, programs ? programs : "not known");
	(void)fputs(" |\n", out);
	free(title);
	free(programs);
	free(place);
}

static void table_write(FILE *out, const struct report *report, const struct report_style *style)
{
	size_t rows = 0, more = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		if (report->findings[i].counted == 0)
			continue;
		if (rows == 0)
			(void)fputs("| counts | what | where | in |\n| ---: | --- | --- | --- |\n",
				    out);
		if (rows < ROWS_MAX) {
			row_write(out, report, style, &report->findings[i]);
			rows++;
		} else {
			more++;
		}
	}
	if (more > 0)
		(void)fprintf(out, "\nand %zu more, in the text report.\n", more);
	if (rows > 0)
		(void)fputc('\n', out);
}

/* A fence is longer than every run of its sign in the text. */
static void fence_write(FILE *out, const char *text)
{
	size_t longest = 2;

	for (const char *at = text; (at = strchr(at, '`'));) {
		size_t run = strspn(at, "`");

		longest = run > longest ? run : longest;
		at += run;
	}
	for (size_t i = 0; i <= longest; i++)
		(void)fputc('`', out);
}

static void details_write(FILE *out, const struct report *report)
{
	char *text = text_of(report, false);
	bool is_cut = strlen(text) > TEXT_MAX;

	if (is_cut) {
		char *end = memrchr(text, '\n', TEXT_MAX);

		text[end ? (size_t)(end - text) + 1 : 0] = '\0';
	}
	(void)fputs("<details><summary>Report</summary>\n\n", out);
	fence_write(out, text);
	(void)fprintf(out, "text\n%s", text);
	fence_write(out, text);
	(void)fprintf(out, "\n%s\n</details>\n\n", is_cut ? "\nThe rest is in the log.\n" : "");
	free(text);
}

static int summary_write(FILE *out, const struct report *report, const struct report_style *style)
{
	headline_write(out, report);
	table_write(out, report, style);
	details_write(out, report);
	return ferror(out) ? -EIO : 0;
}

const struct report_writer report_summary = { .name = "Markdown", .write = summary_write };
