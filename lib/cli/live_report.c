/* SPDX-License-Identifier: MIT */
/* `unclosed report --live` and `unclosed dump`: what a process that runs has open now. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/diff_dumps.h"
#include "cli/live.h"
#include "cli/outputs.h"
#include "cli/reader.h"

#define WATCH_MOST 86400

/* Parse, find, look and judge. Returns 0 with *ret_report, or a status after one line, or after
 * help. */
static int report_make(int argc, char **argv, bool is_full, const char *usage,
		       struct arguments *ret_arguments, struct report **ret_report)
{
	struct live_target target;
	int status;

	*ret_report = NULL;
	if (!reader_begin(ret_arguments, argc, argv, &status))
		return status;
	if (argc - ret_arguments->next != 1)
		return complain("usage: %s", usage);
	if (is_full && !arguments_given(ret_arguments, "kinds"))
		ret_arguments->options.kinds = KIND_ALL & ~KINDS_MEMORY;
	status = live_target_open(&target, argv[ret_arguments->next]);
	if (status != 0)
		return status;
	status = live_report_make(&target, ret_arguments, is_full, ret_report);
	live_target_close(&target);
	return status;
}

/* Take "--watch N" out of the command line. Returns N in seconds; 0: it is not there; -1: no
 * number. */
static long watch_take(int *argc, char **argv)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		uint64_t seconds;

		if (strcmp(argv[i], "--watch") != 0)
			continue;
		if (i + 1 >= *argc ||
		    !text_parse_number(argv[i + 1], strlen(argv[i + 1]), &seconds) ||
		    seconds == 0 || seconds > WATCH_MOST)
			return -1;
		memmove(&argv[i], &argv[i + 2], (size_t)(*argc - i - 1) * sizeof(*argv));
		*argc -= 2;
		return (long)seconds;
	}
	return 0;
}

/*
 * Look again and again, and print what changed, until nothing is left to look at. What was opened
 * and closed between two looks is not seen.
 */
static int report_watch(const char *word, const struct arguments *arguments, long seconds)
{
	const struct timespec pause = { .tv_sec = seconds };
	struct report *before = NULL, *after = NULL;
	struct live_series series = { .proofs = NULL };
	struct live_target target;
	int status = 0;

	while ((status = live_target_open(&target, word)) == 0) {
		status = live_report_next(&target, &arguments->options, true, &series, &after);
		live_target_close(&target);
		if (status != 0)
			break;
		if (before && !dumps_are_same(before, after))
			(void)dumps_diff(before, after);
		if (fflush(stdout) != 0)
			break; /* nobody reads any more */
		report_free(before);
		before = after;
		(void)nanosleep(&pause, NULL); /* a signal ends the tool */
	}
	status = before ? 0 : status;
	live_series_free(&series);
	report_free(before);
	return status;
}

static int watch_command(int argc, char **argv, long seconds)
{
	struct arguments arguments;
	int status;

	if (!reader_begin(&arguments, argc, argv, &status))
		return status;
	if (seconds < 0)
		return complain("--watch needs a number of seconds from 1 to %d", WATCH_MOST);
	if (argc - arguments.next != 1)
		return complain("usage: unclosed report --live --watch N [OPTIONS] PID|LEDGER");
	return report_watch(argv[arguments.next], &arguments, seconds);
}

int report_live(int argc, char **argv)
{
	struct arguments arguments;
	struct report *report;
	long seconds = watch_take(&argc, argv);
	int status;

	if (seconds)
		return watch_command(argc, argv, seconds);
	status = report_make(argc, argv, false, "unclosed report --live [OPTIONS] PID|LEDGER",
			     &arguments, &report);

	if (report && status == 0)
		status = outputs_write(report, &arguments.options);
	if (report && status == 0)
		status = reader_status(report, &arguments.options);
	report_free(report);
	return status;
}

/* What is open is no failure here: a dump is made to be looked at, or to be compared. */
int command_dump(int argc, char **argv)
{
	struct arguments arguments;
	struct report *report;
	int status = report_make(argc, argv, true, "unclosed dump [OPTIONS] PID|LEDGER [-o FILE]",
				 &arguments, &report);

	if (report && status == 0)
		status = outputs_write_json(report, &arguments.options,
					    arguments.options.output ? arguments.options.output
					    : arguments.options.json ? arguments.options.json
								     : "-");
	report_free(report);
	return status;
}
