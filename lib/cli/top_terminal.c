/* SPDX-License-Identifier: MIT */
/* Taking a terminal for curses, and giving it back, also from a handler of a signal. */
#define NCURSES_WIDECHAR 1
#include "cli/top_terminal.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/crash.h"

/* How long after ESC the rest of a key's letters may come, over a network too. */
#define ESCAPE_MS 100

static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

static struct {
	SCREEN *screen;
	struct termios before;
	char leave[256]; /* what gives the terminal back */
	size_t leave_length;
	struct sigaction actions[ENDINGS];
	volatile sig_atomic_t is_taken;
} terminal;

/* Async-signal-safe. */
static void terminal_give_back(void)
{
	if (!terminal.is_taken)
		return;
	terminal.is_taken = 0;
	/* Stopped by SIGTSTP it was given back before, and is another's by now. */
	if (tcgetpgrp(STDIN_FILENO) != getpgrp())
		return;
	(void)!write(STDOUT_FILENO, terminal.leave, terminal.leave_length); /* it may be gone */
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
}

static void ending_handle(int number)
{
	terminal_give_back();
	(void)signal(number, SIG_DFL);
	(void)raise(number); /* it is blocked in here, and comes when this returns */
}

/* A string of terminfo without its pauses ("$<5>"), which real terminals do not need any more. */
static void leave_add(const char *name)
{
	const char *text = tigetstr(name);

	if (!text || text == (char *)-1)
		return;
	while (*text && terminal.leave_length < sizeof(terminal.leave)) {
		const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;

		if (end)
			text = end + 1;
		else
			terminal.leave[terminal.leave_length++] = *text++;
	}
}

static void leave_make(void)
{
	const char *back = tigetstr("rmcup");

	terminal.leave_length = 0;
	leave_add("sgr0");
	leave_add("cnorm");
	leave_add("rmkx");
	leave_add("rmcup");
	if (back && back != (char *)-1)
		return;
	/* There is no other screen: what comes next begins below this one. */
	for (int i = 0; i < 2 && terminal.leave_length < sizeof(terminal.leave); i++)
		terminal.leave[terminal.leave_length++] = "\r\n"[i];
}

static void endings_take(void)
{
	struct sigaction action = { .sa_handler = ending_handle };

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ENDINGS; i++) {
		(void)sigaction(endings[i], NULL, &terminal.actions[i]);
		/* What nohup has left aside stays so. */
		if (terminal.actions[i].sa_handler != SIG_IGN)
			(void)sigaction(endings[i], &action, NULL);
	}
	crash_before_words(terminal_give_back);
}

static void endings_leave(void)
{
	crash_before_words(NULL);
	for (size_t i = 0; i < ENDINGS; i++)
		(void)sigaction(endings[i], &terminal.actions[i], NULL);
}

/* A container often does not have the locale that LANG names; that of C is in libc. */
static bool locale_set(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;

	if (!setlocale(LC_CTYPE, "")) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !(value && *value); i++)
			value = getenv(names[i]);
		if (value && (strcasestr(value, "UTF-8") || strcasestr(value, "UTF8")))
			(void)setlocale(LC_CTYPE, "C.UTF-8");
	}
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static int type_check(void)
{
	const char *name = getenv("TERM"), *move;
	int error = 0;

	if (!name || !*name)
		return complain("TERM is not set: top needs to know its terminal; --once and "
				"--jsonl do not");
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
		return complain("nothing is known of terminals of type '%s' (TERM); --once and "
				"--jsonl do not need one",
				name);
	move = tigetstr("cup");
	if (!move || move == (char *)-1)
		return complain("a terminal of type '%s' (TERM) cannot move its cursor; --once "
				"and --jsonl do not need that",
				name);
	return 0;
}

int top_terminal_open(bool *ret_is_utf8)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &terminal.before) < 0)
		return complain(
			"top needs a terminal; --once and --jsonl write to files and pipes");
	*ret_is_utf8 = locale_set();
	if (type_check() != 0)
		return EXIT_ERROR;
	leave_make();
	endings_take();
	terminal.is_taken = 1;
	terminal.screen = newterm(NULL, stdout, stdin);
	if (!terminal.screen) {
		terminal_give_back();
		endings_leave();
		return complain("the terminal cannot be used for top; --once and --jsonl do not "
				"need one");
	}
	(void)set_escdelay(ESCAPE_MS);
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)curs_set(0); /* some have only one kind of cursor */
	return 0;
}

void top_terminal_close(void)
{
	if (!terminal.screen)
		return;
	(void)endwin();
	terminal.is_taken = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.before);
	endings_leave();
	delscreen(terminal.screen);
	terminal.screen = NULL;
}
