/* SPDX-License-Identifier: MIT */
/*
 * What the screen of `unclosed top` shows, and how the keys change it.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_VIEW_H
#define UNCLOSED_CLI_TOP_VIEW_H

#include "cli/top_lines.h"
#include "cli/top_watch.h"
#include "report/report.h"

#define TOP_FILTER_MAX 64

enum top_mode { TOP_TABLE, TOP_DETAIL, TOP_HELP };

struct top_view {
	struct top_watch *watch;
	struct top_rows *rows;
	bool is_utf8, is_paused, is_typing, is_over;
	enum top_mode mode;
	enum top_sort sort;
	char filter[TOP_FILTER_MAX]; /* in the locale's characters */
	uint64_t chosen;             /* id of the row; 0: the first, whichever that is */
	size_t first;                /* line at the top: of the table, or of the text */
	size_t page;                 /* lines that were shown */
	const struct top_row **list; /* the rows that are shown, in their order */
	size_t count;
};

/* Bring `list` up to what was looked at, sort and filter. */
void top_view_arrange(struct top_view *view);

/* Where in the list the chosen row is. */
size_t top_view_chosen(const struct top_view *view);

/* A key of curses (`is_code`: KEY_UP …), or a character. */
void top_view_key(struct top_view *view, wint_t key, bool is_code);

/* Draw all of it. */
void top_view_draw(struct top_view *view);

#endif
