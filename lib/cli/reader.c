/* SPDX-License-Identifier: MIT */
/* What report, diff and merge share: options on a report that was made before. */
#include "cli/reader.h"

#include <signal.h>

#include "cli/cli.h"
#include "cli/launch.h"
#include "cli/memory_bound.h"
#include "known/refilter.h"

bool reader_begin(struct arguments *ret_arguments, int argc, char **argv, int *ret_status)
{
	*ret_status = arguments_parse_mixed(ret_arguments, argc, argv);
	standard_descriptors_guard();
	memory_bound();
	deadly_writes_ignore();
	if (*ret_status == 0 && ret_arguments->is_help) {
		help_print_options();
		return false;
	}
	return *ret_status == 0;
}

int reader_refine(struct report *report, const struct arguments *arguments, const char *path)
{
	const char *of_ledger = arguments_given_of(arguments, OPTION_CLASS_LEDGER);
	const char *filter = arguments_given_of(arguments, OPTION_CLASS_FILTER);
	const char *why = NULL;

	if (of_ledger)
		return complain(
			"--%s acts when a ledger is judged, but '%s' was judged when it was "
			"made; give the option then, or with a ledger (--keep-ledger)",
			of_ledger, path);
	if (filter && report_sift(report, &arguments->options, &why) < 0)
		return complain("--%s cannot be applied to '%s': %s; give the option when the "
				"report is made, or with a ledger (--keep-ledger)",
				filter, path, why);
	return 0;
}

void reader_rejudge(struct report *report, struct known *known, const struct arguments *arguments)
{
	bool was_uncovered = report->exit_reason == REASON_UNCOVERED;

	if (!arguments_given_of(arguments, OPTION_CLASS_FILTER) &&
	    !arguments_given_of(arguments, OPTION_CLASS_JUDGE))
		return;
	report_rejudge(report, known, &arguments->options);
	/* The policy by which it failed then still holds. */
	if (was_uncovered &&
	    (report->verdict == VERDICT_CLEAN || report->verdict == VERDICT_INCOMPLETE) &&
	    !arguments_given(arguments, "uncovered")) {
		report->verdict = VERDICT_ERROR;
		report->exit_reason = REASON_UNCOVERED;
		report->exit_status = EXIT_ERROR;
	}
}

int reader_status(const struct report *report, const struct options *options)
{
	if (report->verdict == VERDICT_LEAKS || report->verdict == VERDICT_MISUSE ||
	    report->verdict == VERDICT_STALE)
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
