/* SPDX-License-Identifier: MIT */
#include "cli/reader.h"

#include <signal.h>

#include "cli/cli.h"
#include "cli/launch.h"

bool reader_begin(struct arguments *ret_arguments, int argc, char **argv, int *ret_status)
{
	*ret_status = arguments_parse_mixed(ret_arguments, argc, argv);
	standard_descriptors_guard();
	deadly_writes_ignore();
	if (*ret_status == 0 && ret_arguments->is_help) {
		help_print_options();
		return false;
	}
	return *ret_status == 0;
}

int reader_status(const struct report *report, const struct options *options)
{
	if (report->verdict == VERDICT_LEAKS || report->verdict == VERDICT_STALE)
		return (int)options->error_exitcode;
	if (report->verdict == VERDICT_ERROR || report->exit_reason == REASON_UNCOVERED)
		return EXIT_ERROR;
	return 0;
}

void deadly_writes_ignore(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}
