/* SPDX-License-Identifier: MIT */
/* The table of the sub-commands, and the way from argv to one of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const struct command commands[] = {
	{ "run", command_run, "run PROGRAM and report" },
	{ "report", command_report, "report on a ledger, or convert a JSON report" },
	{ "diff", command_diff, "what is new between two JSON reports" },
	{ "merge", command_merge, "make one report of several" },
	{ "check", command_check, "can PROGRAM be covered?" },
	{ "demo", command_demo, "run a sample program" },
	{ "help", command_help, "explain an exit status or an option" },
	{ "--bare-report", command_bare_report, NULL },
	{ "--complete", command_complete, NULL },
	{ "--manual", command_manual, NULL },
	{ "top", NULL, NULL },
	{ "dump", NULL, NULL },
	{ "attach", NULL, NULL },
	{ NULL, NULL, NULL },
};

static int command_dispatch(int argc, char **argv)
{
	if (argc < 2) {
		help_print_short();
		return EXIT_ERROR;
	}
	for (size_t i = 0; commands[i].name; i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		if (!commands[i].run)
			return complain(
				"'%s' is reserved for a sub-command of a later version; to run "
				"a program of that name: unclosed -- %s",
				argv[1], argv[1]);
		return commands[i].run(argc - 1, argv + 1);
	}
	return command_run(argc, argv);
}

int main(int argc, char **argv)
{
	int status = command_dispatch(argc, argv);

	/* Help that could not be written was not given. */
	if (fflush(stdout) != 0 && status == 0)
		status = complain("cannot write to standard output: %s", strerror(errno));
	return status;
}
