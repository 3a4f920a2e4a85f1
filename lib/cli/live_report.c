/* SPDX-License-Identifier: MIT */
/* `unclosed report --live` and `unclosed dump`: what a process that runs has open now. */
#include "cli/cli.h"
#include "cli/live.h"
#include "cli/outputs.h"
#include "cli/reader.h"

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

int report_live(int argc, char **argv)
{
	struct arguments arguments;
	struct report *report;
	int status = report_make(argc, argv, false, "unclosed report --live [OPTIONS] PID|LEDGER",
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
