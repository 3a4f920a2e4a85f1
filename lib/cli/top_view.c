/* SPDX-License-Identifier: MIT */
/* The keys of `unclosed top`. */
#define NCURSES_WIDECHAR 1
#include "cli/top_view.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#define KEY_ESCAPE 27

void top_view_arrange(struct top_view *view)
{
	free(view->list);
	view->list = calloc(view->rows->count + 1, sizeof(const struct top_row *));
	if (!view->list)
		abort(); /* like report_alloc() */
	view->count = top_rows_select(view->rows, view->sort, view->filter, view->list);
}

size_t top_view_chosen(const struct top_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->list[i]->id == view->chosen)
			return i;
	return 0;
}

static void choose(struct top_view *view, size_t at)
{
	if (view->count > 0)
		view->chosen = view->list[at < view->count ? at : view->count - 1]->id;
}

/* Up and down by `lines`: the choice in a table, the text elsewhere. */
static void move_by(struct top_view *view, long lines)
{
	long at = (long)(view->mode == TOP_TABLE ? top_view_chosen(view) : view->first) + lines;

	at = at < 0 ? 0 : at;
	if (view->mode == TOP_TABLE)
		choose(view, (size_t)at);
	else
		view->first = (size_t)at; /* drawing keeps it within the text */
}

static void mode_set(struct top_view *view, enum top_mode mode)
{
	view->mode = mode;
	view->first = 0;
}

static void sort_set(struct top_view *view, enum top_sort sort)
{
	view->sort = sort;
	view->chosen = 0;
	view->first = 0;
	top_view_arrange(view);
}

/* A filter that is typed acts at once. */
static void filter_append(struct top_view *view, wint_t key)
{
	size_t length = strlen(view->filter);
	char bytes[MB_LEN_MAX];
	int count = iswprint(key) ? wctomb(bytes, (wchar_t)key) : -1;

	if (count <= 0 || length + (size_t)count >= sizeof(view->filter))
		return;
	memcpy(view->filter + length, bytes, (size_t)count);
	view->filter[length + (size_t)count] = '\0';
}

static void filter_shorten(struct top_view *view)
{
	size_t length = 0;
	int step;

	for (size_t at = 0; view->filter[at]; at += (size_t)step) {
		length = at;
		step = mblen(view->filter + at, strlen(view->filter + at));
		step = step > 0 ? step : 1;
	}
	view->filter[length] = '\0';
}

static void key_type(struct top_view *view, wint_t key, bool is_code)
{
	if ((is_code && key == KEY_ENTER) || (!is_code && (key == L'\r' || key == L'\n')))
		view->is_typing = false;
	else if (!is_code && key == KEY_ESCAPE)
		view->filter[view->is_typing = false] = '\0';
	else if ((is_code && key == KEY_BACKSPACE) || (!is_code && (key == 127 || key == 8)))
		filter_shorten(view);
	else if (!is_code)
		filter_append(view, key);
	top_view_arrange(view);
}

static void key_move(struct top_view *view, wint_t key)
{
	long page = view->page > 1 ? (long)view->page - 1 : 1;

	switch (key) {
	case KEY_UP:
		move_by(view, -1);
		break;
	case KEY_DOWN:
		move_by(view, 1);
		break;
	case KEY_PPAGE:
		move_by(view, -page);
		break;
	case KEY_NPAGE:
		move_by(view, page);
		break;
	case KEY_HOME:
		move_by(view, -(long)INT32_MAX);
		break;
	case KEY_END:
		move_by(view, INT32_MAX);
		break;
	default:
		break;
	}
}

/* All, or what the options ask for; where that is all, sockets. */
static void kinds_toggle(struct top_view *view)
{
	uint32_t all = KIND_ALL & ~KINDS_MEMORY, asked = view->watch->arguments->options.kinds;

	if ((asked & all) == all)
		asked = KIND_BIT(KIND_SOCKET);
	view->watch->kinds = (view->watch->kinds & all) == all ? asked : all;
}

static void key_choose(struct top_view *view)
{
	if (view->mode != TOP_TABLE || view->count == 0)
		return;
	choose(view, top_view_chosen(view));
	mode_set(view, TOP_DETAIL);
}

static void key_letter(struct top_view *view, wint_t key)
{
	switch (key) {
	case L'q':
		view->is_over = true;
		break;
	case L'g':
		sort_set(view, TOP_BY_GROWTH);
		break;
	case L'c':
		sort_set(view, TOP_BY_COUNT);
		break;
	case L'a':
		sort_set(view, TOP_BY_AGE);
		break;
	case L'k':
		kinds_toggle(view);
		break;
	case L'/':
		mode_set(view, TOP_TABLE);
		view->is_typing = true;
		break;
	case L' ':
		view->is_paused = !view->is_paused;
		break;
	case L'h':
	case L'?':
		mode_set(view, TOP_HELP);
		break;
	case L'\r':
	case L'\n':
		key_choose(view);
		break;
	case KEY_ESCAPE:
		if (view->mode == TOP_TABLE)
			view->filter[0] = '\0';
		mode_set(view, TOP_TABLE);
		top_view_arrange(view);
		break;
	default:
		break;
	}
}

void top_view_key(struct top_view *view, wint_t key, bool is_code)
{
	if (view->is_typing &&
	    !(is_code && (key == KEY_UP || key == KEY_DOWN || key == KEY_RESIZE)))
		key_type(view, key, is_code);
	else if (is_code && key == KEY_ENTER)
		key_choose(view);
	else if (is_code)
		key_move(view, key);
	else
		key_letter(view, key);
}
