/* SPDX-License-Identifier: MIT */
/* The loop of `unclosed top`: look, draw, wait for a key or for the next look. */
#define NCURSES_WIDECHAR 1
#include "cli/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/top_terminal.h"
#include "cli/top_view.h"

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Take all keys that are there. False: there will be none any more, the terminal is gone. */
static bool keys_take(struct top_view *view)
{
	bool has_any = false;
	wint_t key;
	int kind;

	while (!view->is_over && (kind = get_wch(&key)) != ERR) {
		has_any = true;
		if (kind == KEY_CODE_YES && key == KEY_RESIZE)
			(void)clear();
		top_view_key(view, key, kind == KEY_CODE_YES);
	}
	return has_any;
}

/* Until a key, or `until_ms`. */
static void keys_wait(struct top_view *view, int64_t until_ms)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t rest = until_ms - now_ms();
	int count = poll(&input, 1, rest > 0 ? (int)rest : 0);

	if (count < 0 && errno != EINTR)
		view->is_over = true;
	if (count > 0 && !(input.revents & POLLIN))
		view->is_over = true;
	/* After EINTR there may be a new size of the terminal. */
	if (count != 0 && !keys_take(view) && count > 0)
		view->is_over = true;
}

static void screen_loop(struct top_view *view, unsigned int interval_s)
{
	int64_t next_ms = now_ms() + (int64_t)interval_s * 1000;

	while (!view->is_over) {
		top_view_draw(view);
		keys_wait(view, next_ms);
		if (view->is_over || now_ms() < next_ms)
			continue;
		next_ms = now_ms() + (int64_t)interval_s * 1000;
		/* What has ended stays so: its number may be another's soon. */
		if (view->is_paused || view->watch->has_ended)
			continue;
		(void)top_watch_look(view->watch, view->rows); /* why not is shown */
		top_view_arrange(view);
	}
}

int top_screen_run(struct top_watch *watch, struct top_rows *rows, unsigned int interval_s)
{
	struct top_view view = { .watch = watch, .rows = rows };
	int status;

	/* What is wrong from the beginning is told where it stays. */
	if (top_watch_look(watch, rows) != 0)
		return complain("%s", watch->why);
	top_view_arrange(&view);
	status = top_terminal_open(&view.is_utf8);
	if (status != 0) {
		free(view.list);
		return status;
	}
	screen_loop(&view, interval_s);
	top_terminal_close();
	free(view.list);
	return 0;
}
