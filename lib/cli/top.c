/* SPDX-License-Identifier: MIT */
/* `unclosed top`: places that have something open, from look to look. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/outputs.h"
#include "cli/reader.h"
#include "cli/top_screen.h"
#include "cli/top_table.h"
#include "report/json_value.h"

#define USAGE "unclosed top [OPTIONS] [-d SECONDS] [--once] [--jsonl] [PID|SESSION|LEDGER]"
#define INTERVAL_MAX 3600

/* Its own words on the command line, beside the options of all. */
struct own {
	bool is_once, is_jsonl;
	unsigned int interval_s;
};

static void word_remove(int *argc, char **argv, int at)
{
	memmove(&argv[at], &argv[at + 1], (size_t)(*argc - at) * sizeof(*argv));
	--*argc;
}

static int interval_parse(struct own *own, const char *text)
{
	uint64_t seconds;

	if (!text || !text_parse_number(text, strlen(text), &seconds) || seconds < 1 ||
	    seconds > INTERVAL_MAX)
		return complain("bad value '%s' for --interval: expected seconds, 1 to %d",
				text ? text : "", INTERVAL_MAX);
	own->interval_s = (unsigned int)seconds;
	return 0;
}

/* "-d 2", "-d2", "--interval 2", "--interval=2": the value, and whether it is the next word. */
static const char *interval_value(const char *word, const char *next, bool *ret_is_next)
{
	*ret_is_next = strcmp(word, "-d") == 0 || strcmp(word, "--interval") == 0;
	if (*ret_is_next)
		return next ? next : "";
	if (text_starts_with(word, "--interval="))
		return word + strlen("--interval=");
	return word[0] == '-' && word[1] == 'd' ? word + 2 : NULL;
}

static int own_take(struct own *own, int *argc, char **argv)
{
	*own = (struct own){ .interval_s = 1 };
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0;) {
		bool is_next;
		const char *value = interval_value(argv[i], argv[i + 1], &is_next);

		if (value) {
			if (interval_parse(own, value) != 0)
				return EXIT_ERROR;
			word_remove(argc, argv, i);
			if (is_next)
				word_remove(argc, argv, i);
		} else if (strcmp(argv[i], "--once") == 0) {
			own->is_once = true;
			word_remove(argc, argv, i);
		} else if (strcmp(argv[i], "--jsonl") == 0) {
			own->is_jsonl = true;
			word_remove(argc, argv, i);
		} else {
			i++;
		}
	}
	return 0;
}

static void rows_print(const struct top_rows *rows, const struct options *options)
{
	const struct report_style whole = style_make(options);
	const struct report_style style = { .is_utf8 = whole.is_utf8 };
	const struct printer printer = { .out = stdout, .style = &style };
	const struct top_row **list = calloc(rows->count + 1, sizeof(const struct top_row *));
	struct top_columns columns = top_columns_fit(rows, 0);
	size_t count;

	if (!list)
		abort();             /* like report_alloc() */
	columns.has_history = false; /* there is one look */
	count = top_rows_select(rows, TOP_BY_GROWTH, "", list);
	top_print_processes(&printer, rows);
	(void)top_print_outlook(&printer, rows);
	top_print_head(&printer, &columns);
	for (size_t i = 0; i < count; i++)
		top_print_row(&printer, &columns, list[i]);
	free(list);
}

/* The worst of all sessions. */
static int rows_status(const struct top_rows *rows, const struct options *options)
{
	int worst = 0;

	for (size_t i = 0; i < rows->report_count; i++) {
		int status = reader_status(rows->reports[i], options);

		worst = status > worst ? status : worst;
	}
	return worst;
}

static int json_print(const struct top_rows *rows)
{
	json_t *object = top_json(rows, TOP_BY_GROWTH);
	int result = json_write_line(stdout, object);

	json_decref(object);
	if (result == 0 && fflush(stdout) != 0)
		result = -errno;
	return result;
}

static int once(struct top_watch *watch, struct top_rows *rows, bool is_jsonl)
{
	const struct options *options = &watch->arguments->options;

	watch->is_lasting = true;
	if (top_watch_look(watch, rows) != 0)
		return complain("%s", watch->why);
	if (!is_jsonl)
		rows_print(rows, options);
	else if (json_print(rows) < 0)
		return complain("cannot write to standard output: %s", strerror(errno));
	return rows_status(rows, options);
}

/* A line a look, until there is nothing to look at, or nobody reads. */
static int lines(struct top_watch *watch, struct top_rows *rows, unsigned int interval_s)
{
	const struct timespec pause = { .tv_sec = (time_t)interval_s };
	int result;

	while (top_watch_look(watch, rows) == 0) {
		result = json_print(rows);
		if (result == -EPIPE || (result < 0 && errno == EPIPE))
			return 0;
		if (result < 0)
			return complain("cannot write to standard output: %s", strerror(-result));
		(void)nanosleep(&pause, NULL); /* what ends us does not return */
	}
	(void)complain("%s", watch->why);
	return rows->report_count > 0 ? 0 : EXIT_ERROR;
}

int command_top(int argc, char **argv)
{
	struct arguments arguments;
	struct top_rows rows = { .list = NULL };
	struct top_watch watch;
	struct own own;
	const char *output;
	int status = own_take(&own, &argc, argv);

	if (status != 0 || !reader_begin(&arguments, argc, argv, &status))
		return status;
	output = arguments_given_of(&arguments, OPTION_CLASS_OUTPUT);
	if (output)
		return complain("--%s is not for top; report --live writes reports, top --jsonl "
				"writes lines of JSON",
				output);
	if (argc - arguments.next > 1)
		return complain("usage: %s", USAGE);
	top_watch_open(&watch, argc > arguments.next ? argv[arguments.next] : NULL, &arguments);
	if (own.is_once)
		status = once(&watch, &rows, own.is_jsonl);
	else if (own.is_jsonl)
		status = lines(&watch, &rows, own.interval_s);
	else
		status = top_screen_run(&watch, &rows, own.interval_s);
	top_watch_close(&watch);
	top_rows_free(&rows);
	return status;
}
