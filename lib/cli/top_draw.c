/* SPDX-License-Identifier: MIT */
/* Draws what `unclosed top` shows. Bold and reverse tell apart; nothing is told by colour. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "cli/top_table.h"
#include "cli/top_view.h"
#include "report/text/text.h"
#include "report/words.h"

#define LINE_MAX_COLUMNS 1024
/* A lower screen has no room for the lines about processes. */
#define HEADS_FROM 9
/* A narrower one does not wrap well: its lines are cut. */
#define WRAP_FROM 40

static const char *const help[] = {
	"Places that have something open, from look to look.",
	"",
	"  up, down, page up, page down   choose",
	"  enter      stack, source, descriptors of the place that is chosen",
	"  esc        back; takes the filter away",
	"  g  c  a    sort by growth, by count, by the age of the oldest",
	"  k          all kinds of descriptors, or those that were asked for",
	"  /          show places with this text in a function, file, state, address",
	"  space      pause",
	"  q          quit",
	"",
	"OPEN      how many there are; ! where it counts: there is proof of a leak,",
	"          or their number grows",
	"GROWTH    +12.3/min: it grows; with ?: it may grow; steady; stopped; -: not known",
	"OLDEST    for how long the oldest has been open",
	"HISTORY   how many there were in the last 60 looks, from the least to the most",
	"STATE     of a socket, the most frequent, and how many have it",
	"",
	"The program is neither stopped nor asked. unclosed help live says what counts.",
};

static void draw_line(int row, const char *line, attr_t look)
{
	wchar_t wide[LINE_MAX_COLUMNS];
	size_t used;

	if (row < 0 || row >= LINES)
		return;
	used = top_line_cut(line, (size_t)COLS, wide, LINE_MAX_COLUMNS);
	(void)attrset(look);
	(void)move(row, 0);
	(void)clrtoeol();
	(void)addwstr(wide); /* the last place of a screen takes a character, too */
	if (look & A_REVERSE)
		for (; used < (size_t)COLS; used++)
			(void)addch(' ');
	(void)attrset(A_NORMAL);
}

static struct report_style style_of(const struct top_view *view)
{
	return (struct report_style){ .is_utf8 = view->is_utf8,
				      .is_verbose = view->watch->arguments->options.is_verbose,
				      .width = COLS >= WRAP_FROM ? (unsigned int)COLS : 0 };
}

static const char *kinds_text(uint32_t kinds)
{
	if ((kinds & (KIND_ALL & ~KINDS_MEMORY)) == (KIND_ALL & ~KINDS_MEMORY))
		return "all kinds";
	return kinds == KIND_BIT(KIND_SOCKET) ? "sockets" : "some kinds";
}

static void draw_title(const struct top_view *view, const struct printer *printer)
{
	(void)fputs("unclosed top", printer->out);
	if (view->watch->word) {
		(void)fputc(' ', printer->out);
		(void)print_text(printer, view->watch->word);
	}
	(void)fprintf(printer->out, "  by %s, %s", top_sort_name(view->sort),
		      kinds_text(view->watch->kinds));
	if (view->filter[0]) {
		(void)fputs(", with \"", printer->out);
		(void)print_text(printer, view->filter);
		(void)fputc('"', printer->out);
	}
	if (view->is_paused)
		(void)fputs("  PAUSED", printer->out);
	(void)fputc('\n', printer->out);
}

/* What there is to say about the looks: one line, empty mostly. */
static void draw_words(const struct top_view *view, const struct printer *printer)
{
	const struct top_watch *watch = view->watch;

	if (watch->why[0]) {
		(void)fputs(watch->has_ended ? "It has ended: " : "No look: ", printer->out);
		(void)print_text(printer, watch->why);
		if (view->rows->report_count > 0)
			(void)fputs("; this is the last look", printer->out);
	} else if (top_print_outlook(printer, view->rows)) {
		return;
	}
	(void)fputc('\n', printer->out);
}

static void draw_foot(const struct top_view *view)
{
	char line[TOP_FILTER_MAX + 32];

	if (view->is_typing) {
		(void)snprintf(line, sizeof(line), "/%s_  (enter, esc)", view->filter); /* fits */
		draw_line(LINES - 1, line, A_BOLD);
	} else if (view->mode == TOP_TABLE) {
		draw_line(LINES - 1,
			  "q quit  enter stack  g/c/a sort  k kinds  / filter  space pause  h help",
			  A_BOLD);
	} else {
		draw_line(LINES - 1, "esc back  arrows, page up, page down  q quit", A_BOLD);
	}
}

/* The lines of the screen between the head and the foot. */
static size_t room_of(int head)
{
	return LINES - 1 > head ? (size_t)(LINES - 1 - head) : 0;
}

static void draw_text(struct top_view *view, const struct top_lines *lines, int head)
{
	size_t room = room_of(head);

	view->page = room;
	if (view->first + room > lines->count)
		view->first = lines->count > room ? lines->count - room : 0;
	for (size_t i = 0; i < room; i++)
		draw_line(head + (int)i,
			  view->first + i < lines->count ? lines->list[view->first + i] : "",
			  A_NORMAL);
}

static void draw_table(struct top_view *view, const struct top_lines *lines, int head)
{
	size_t room = room_of(head), chosen = top_view_chosen(view);

	view->page = room;
	if (chosen < view->first)
		view->first = chosen;
	if (room > 0 && chosen >= view->first + room)
		view->first = chosen - room + 1;
	for (size_t i = 0; i < room; i++) {
		size_t at = view->first + i;

		draw_line(head + (int)i, at < lines->count ? lines->list[at] : "",
			  at == chosen && view->count > 0 ? A_REVERSE : A_NORMAL);
	}
}

static void print_table(const struct top_view *view, const struct printer *printer,
			const struct top_columns *columns)
{
	for (size_t i = 0; i < view->count; i++)
		top_print_row(printer, columns, view->list[i]);
	if (view->count == 0)
		(void)fputs(view->filter[0] ? "Nothing open has that text (esc shows all)\n"
					    : "Nothing is open of what is asked for (k)\n",
			    printer->out);
}

/* As in a report, and below that what it leaves out: every frame, every descriptor listed. */
static void print_place(const struct printer *printer, const struct top_row *row)
{
	struct report_style style = *printer->style;
	const struct printer verbose = { .out = printer->out, .style = &style };

	style.is_verbose = true;
	text_finding(printer, row->report, row->finding);
	if (printer->style->is_verbose)
		return;
	(void)fputs("\nEvery frame:\n", printer->out);
	text_stack(&verbose, row->finding->call, &row->finding->stack, false);
	(void)fputs("\nDescriptors:\n", printer->out);
	text_descriptors(&verbose, row->finding);
}

static void print_detail(const struct top_view *view, const struct printer *printer)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->list[i]->id == view->chosen) {
			print_place(printer, view->list[i]);
			return;
		}
	(void)fputs("\nNothing of this place is open any more.\n", printer->out);
}

static void print_body(const struct top_view *view, const struct printer *printer,
		       const struct top_columns *columns)
{
	if (view->mode == TOP_TABLE)
		print_table(view, printer, columns);
	else if (view->mode == TOP_DETAIL)
		print_detail(view, printer);
	for (size_t i = 0; view->mode == TOP_HELP && i < sizeof(help) / sizeof(help[0]); i++)
		(void)fprintf(printer->out, "%s\n", help[i]);
}

void top_view_draw(struct top_view *view)
{
	const struct report_style style = style_of(view);
	struct top_columns columns = top_columns_fit(view->rows, (unsigned int)COLS);
	struct printer printer = { .style = &style };
	struct top_lines heads, body;
	bool is_high = LINES >= HEADS_FROM;
	int head = 0;

	top_lines_begin(&heads);
	printer.out = heads.out;
	draw_title(view, &printer);
	top_print_processes(&printer, view->rows);
	draw_words(view, &printer);
	top_print_head(&printer, &columns);
	top_lines_end(&heads);
	top_lines_begin(&body);
	printer.out = body.out;
	print_body(view, &printer, &columns);
	top_lines_end(&body);

	draw_line(head++, heads.list[0], A_BOLD);
	for (size_t i = 1; is_high && i < 3; i++)
		draw_line(head++, heads.list[i], i == 2 ? A_BOLD : A_NORMAL);
	if (is_high && view->mode == TOP_TABLE)
		draw_line(head++, heads.list[3], A_UNDERLINE);
	if (view->mode == TOP_TABLE)
		draw_table(view, &body, head);
	else
		draw_text(view, &body, head);
	draw_foot(view);
	(void)refresh();
	top_lines_free(&heads);
	top_lines_free(&body);
}
