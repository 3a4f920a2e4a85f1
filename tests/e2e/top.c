/* SPDX-License-Identifier: MIT */
/* `unclosed top`: as lines, and on a terminal, which is one of tmux. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "watch.h"

/* How often to look at something that is to come; in between, a tenth of a second passes. */
#define TRIES_MAX 150

/* A fixture under the launcher, and itself. */
struct target {
	struct run_child launcher;
	int pid;
};

static const char *tmux; /* NULL: it was not started */

static void top_fini(void)
{
	if (tmux)
		RUN(tmux, "-S", run_path("tmux"), "kill-server");
	run_fini();
}

TestSuite(top, .init = run_init, .fini = top_fini);

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
}

static struct target target_start(const char *what)
{
	struct run_options options = { .timeout_s = 250 };
	struct target target;
	const char *text;

	target.launcher = run_start(&options, RUN_ARGV(UNCLOSED_PROGRAM, "--killed", "ignore", "--",
						       FIXTURE("live"), what));
	run_await(&target.launcher, "ready");
	text = strstr(run_read(target.launcher.out_path, NULL), "ready ");
	target.pid = atoi(text + strlen("ready "));
	return target;
}

static void target_end(struct target *target)
{
	kill(target->pid, SIGTERM);
	run_finish(&target->launcher);
}

static const char *text_of(int number)
{
	return run_format("%d", number);
}

static bool is_plain(const char *text)
{
	return !strchr(text, '\033');
}

Test(top, once)
{
	struct target target = target_start("grows");
	struct run run;
	int tries = 0;

	do
		run = RUN(UNCLOSED_PROGRAM, "top", "--once", text_of(target.pid));
	while (run_status(&run) == 0 && tries++ < TRIES_MAX);
	cr_expect_eq(run_status(&run), 23, "%s%s", run.out, run.err);
	cr_expect_not_null(strstr(run.out, "one_after_the_other live.c:"), "%s", run.out);
	cr_expect_not_null(strstr(run.out, "/min "), "%s", run.out);
	cr_expect(is_plain(run.out));
	cr_expect_str_empty(run.err);
	target_end(&target);
}

Test(top, once_with_nothing_that_counts)
{
	struct target target = target_start("kinds");
	struct run run = RUN(UNCLOSED_PROGRAM, "top", "--once", text_of(target.pid));

	cr_expect_eq(run_status(&run), 0, "%s%s", run.out, run.err);
	cr_expect_null(strstr(run.out, "epoll"), "%s", run.out);
	cr_expect_null(strchr(run.out, '!'), "%s", run.out);
	run = RUN(UNCLOSED_PROGRAM, "top", "--kinds", "all", "--once", text_of(target.pid));
	cr_expect_not_null(strstr(run.out, " kinds live.c:"), "%s", run.out);
	target_end(&target);
}

/* Each line is a look; the session is named by its id, too. */
Test(top, jsonl)
{
	struct target target = target_start("proof");
	struct run run = RUN(UNCLOSED_PROGRAM, "top", "--once", "--jsonl", text_of(target.pid));
	const char *session;
	json_t *look = json_loads(run.out, 0, NULL);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_assert_not_null(look, "%s", run.out);
	cr_expect_eq(strchr(run.out, '\n'), run.out + run.out_length - 1);
	cr_expect_str_eq(report_text(look, "schema"), "unclosed-top/1");
	cr_expect_eq(report_number(look, "processes/0/pid"), target.pid);
	cr_expect_eq(report_number(look, "places/0/counted"), 1);
	cr_expect_eq(report_number(look, "places/0/states/CLOSE-WAIT"), 1);
	cr_expect_str_eq(report_text(look, "places/0/function"), "accepted");
	session = run_format("%s", report_text(look, "processes/0/session"));
	json_decref(look);
	run = RUN("/bin/sh", "-c",
		  run_format("'%s' top --jsonl %s | head -n 3", UNCLOSED_PROGRAM, session));
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	for (int i = 0; i < 3; i++) {
		look = json_loads(run.out, JSON_DISABLE_EOF_CHECK, NULL);
		cr_assert_not_null(look, "%s", run.out);
		/* What one look alone sees is no proof. */
		cr_expect_eq(report_number(look, "places/0/counted"), i > 0);
		json_decref(look);
		run.out = strchr(run.out, '\n') + 1;
	}
	target_end(&target);
}

static void refused(const char *const argv[], const char *why)
{
	struct run_child child = run_start(&(struct run_options){ 0 }, argv);
	struct run run = run_finish(&child);

	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, why), "%s", run.err);
	cr_expect(is_plain(run.err) && is_plain(run.out));
}

#define REFUSED(why, ...) refused(RUN_ARGV(UNCLOSED_PROGRAM, "top", __VA_ARGS__), why)

Test(top, nothing_to_look_at)
{
	struct target target;

	REFUSED("there is no process 2147483647", "--once", "2147483647");
	REFUSED("there is no process 2147483647", "2147483647");
	REFUSED("no process of session 0123456789abcdef runs", "--once", "0123456789abcdef");
	REFUSED("expected seconds, 1 to 3600", "-d", "0");
	REFUSED("expected seconds, 1 to 3600", "--interval=x", "1");
	REFUSED("expected seconds, 1 to 3600", "--interval");
	REFUSED("--json is not for top", "--json", "x", "1");
	REFUSED("usage: unclosed top", "1", "2");
	target = target_start("kinds");
	REFUSED("top needs a terminal", text_of(target.pid));
	target_end(&target);
}

/* What the screen shows now. */
static const char *screen(void)
{
	struct run run = RUN(tmux, "-S", run_path("tmux"), "capture-pane", "-p");

	return run.out;
}

static void screen_await(const char *text)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		if (strstr(screen(), text))
			return;
		pause_shortly();
	}
	cr_assert_fail("no '%s' on\n%s", text, screen());
}

static void keys(const char *text)
{
	struct run run = RUN(tmux, "-S", run_path("tmux"), "send-keys", text);

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
}

/* A line for the shell, and what is printed behind it. */
static void type(const char *line)
{
	keys("C-l");
	RUN(tmux, "-S", run_path("tmux"), "send-keys", "-l", line);
	keys("Enter");
}

/* A shell on a terminal of 80 columns and 24 lines. */
static void screen_start(const char *type, const char *locale)
{
	const char *shell =
		run_format("exec env PS1='$ ' TERM=%s LC_ALL=%s bash --norc", type, locale);
	struct run run;

	if (!run_find("tmux") || !run_find("bash"))
		cr_skip("no tmux, or no bash");
	tmux = run_find("tmux");
	run = RUN_WITH(((struct run_options){ .environment = RUN_ARGV("LC_ALL=C.UTF-8", "TMUX") }),
		       tmux, "-u", "-f", "/dev/null", "-S", run_path("tmux"), "new-session", "-d",
		       "-x", "80", "-y", "24", shell);
	if (run_status(&run) != 0) {
		tmux = NULL;
		cr_skip("tmux does not start here");
	}
	screen_await("$");
}

static const char *tty_state(const char *name)
{
	type(run_format("stty -a > '%s'; echo it is' 'written", run_path(name)));
	screen_await("it is written");
	return run_read(run_path(name), NULL);
}

/* `unclosed top` in the shell; its number goes into a file. */
static void screen_top(const struct target *target)
{
	type(run_format("sh -c 'echo $$ > %s; exec %s top %d'", run_path("pid"), UNCLOSED_PROGRAM,
			target->pid));
	screen_await("q quit");
}

static int top_pid(void)
{
	return atoi(run_read(run_path("pid"), NULL));
}

/* It ends, and the shell has this status of it. */
static void screen_end(const char *status)
{
	for (int i = 0; i < TRIES_MAX && kill(top_pid(), 0) == 0; i++)
		pause_shortly();
	type("echo status' '$?");
	screen_await(run_format("status %s", status));
}

/* The line of the screen that has the first place. */
static const char *first_place(void)
{
	const char *text = screen(), *at = strstr(text, "PLACE");

	cr_assert_not_null(at, "%s", text);
	at = strchr(at, '\n') + 1;
	return run_format("%.*s", (int)strcspn(at, "\n"), at);
}

Test(top, places_and_a_stack)
{
	struct target target = target_start("grows");
	const char *before, *after;

	screen_start("screen", "C.UTF-8");
	before = tty_state("before");
	screen_top(&target);
	screen_await("/min");
	screen_await("█");
	cr_expect_not_null(strstr(first_place(), "one_after_the_other live.c:"), "%s", screen());
	keys("Enter");
	screen_await("main");
	cr_expect_not_null(strstr(screen(), "live.c:"), "%s", screen());
	cr_expect_not_null(strstr(screen(), "socket(AF_UNIX, SOCK_STREAM, 0)"), "%s", screen());
	keys("NPage");
	screen_await("Descriptors:");
	keys("Escape");
	screen_await("PLACE");
	keys("q");
	screen_end("0");
	after = tty_state("after");
	cr_expect_str_eq(before, after);
	target_end(&target);
}

Test(top, keys)
{
	struct target target = target_start("proof");

	screen_start("screen", "C.UTF-8");
	screen_top(&target);
	screen_await("CLOSE-WAIT");
	screen_await("!"); /* the second look has the proof */
	cr_expect_eq(first_place()[0], '!', "%s", screen());
	keys("c");
	screen_await("by count");
	keys("a");
	screen_await("by age");
	cr_expect_not_null(strstr(first_place(), "LISTEN"), "%s", screen());
	keys("k");
	screen_await("all kinds");
	keys("/");
	RUN(tmux, "-S", run_path("tmux"), "send-keys", "-l", "fin-wait");
	screen_await("with \"fin-wait\"");
	keys("Enter");
	screen_await("q quit");
	cr_expect_null(strstr(screen(), "LISTEN"), "%s", screen());
	keys("Escape");
	screen_await("LISTEN");
	keys("Space");
	screen_await("PAUSED");
	keys("h");
	screen_await("Places that have something open");
	keys("q");
	screen_end("0");
	target_end(&target);
}

/* Signals that end it give the terminal back. */
Test(top, ended_by_signals)
{
	static const struct {
		int number;
		const char *status;
	} ends[] = { { SIGTERM, "143" }, { SIGINT, "130" }, { SIGHUP, "129" }, { SIGSEGV, "125" } };
	struct target target = target_start("proof");
	const char *before;

	screen_start("screen", "C.UTF-8");
	before = tty_state("before");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		screen_top(&target);
		kill(top_pid(), ends[i].number);
		screen_end(ends[i].status);
		cr_expect_str_eq(tty_state("after"), before);
	}
	target_end(&target);
}

Test(top, stopped_and_continued)
{
	struct target target = target_start("proof");
	const char *before;

	screen_start("screen", "C.UTF-8");
	before = tty_state("before");
	type(run_format("%s top %d", UNCLOSED_PROGRAM, target.pid));
	screen_await("q quit");
	keys("C-z");
	screen_await("Stopped");
	cr_expect_str_eq(tty_state("after"), before);
	type("fg");
	screen_await("q quit");
	keys("q");
	screen_await("$");
	cr_expect_str_eq(tty_state("after"), before);
	target_end(&target);
}

Test(top, process_that_ends)
{
	struct target target = target_start("grows");

	screen_start("screen", "C.UTF-8");
	screen_top(&target);
	target_end(&target);
	screen_await("It has ended: there is no process");
	cr_expect_not_null(strstr(screen(), "one_after_the_other"), "%s", screen());
	keys("q");
	screen_end("0");
}

Test(top, small_screen)
{
	struct target target = target_start("proof");

	screen_start("screen", "C.UTF-8");
	screen_top(&target);
	RUN(tmux, "-S", run_path("tmux"), "resize-window", "-x", "10", "-y", "3");
	screen_await("unclosed t\n");
	keys("Enter");
	screen_await("esc back");
	RUN(tmux, "-S", run_path("tmux"), "resize-window", "-x", "80", "-y", "24");
	screen_await("Every frame");
	keys("q");
	screen_end("0");
	target_end(&target);
}

Test(top, plain_terminals)
{
	struct target target = target_start("grows");
	const char *text;

	screen_start("vt100", "C");
	screen_top(&target);
	screen_await("#");
	for (text = screen(); *text; text++)
		cr_expect_lt((unsigned char)*text, 0x80, "%s", screen());
	keys("q");
	screen_end("0");
	type(run_format("TERM=dumb %s top %d; echo status' '$?", UNCLOSED_PROGRAM, target.pid));
	screen_await("status 125");
	cr_expect_not_null(strstr(screen(), "cannot move its cursor"), "%s", screen());
	target_end(&target);
}
