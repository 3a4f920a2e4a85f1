/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* Words that are sub-commands when they come first; without a function, of a later version. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "run", command_run },   { "report", command_report },
	{ "demo", command_demo }, { "check", command_check },
	{ "help", command_help }, { "--bare-report", command_bare_report },
	{ "diff", NULL },         { "merge", NULL },
	{ "top", NULL },          { "dump", NULL },
	{ "attach", NULL },
};

static int command_dispatch(int argc, char **argv)
{
	if (argc < 2) {
		help_print_short();
		return EXIT_ERROR;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
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

	/* Help that did not arrive was not given. */
	if (fflush(stdout) != 0 && status == 0)
		status = complain("cannot write to standard output: %s", strerror(errno));
	return status;
}
