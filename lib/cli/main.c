/* SPDX-License-Identifier: MIT */
/* The first word of the command line chooses a sub-command; without one it is `run`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/own_note.h"
#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/stack.h"

OWN_NOTE;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* NULL: of a later version */
} commands[] = {
#define COMMAND(name, function, help) { name, function },
#define COMMAND_RESERVED(name) { name, NULL },
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_RESERVED
	{ NULL, NULL },
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
	int status;

	crash_init();
	status = run_on_enough_stack(command_dispatch, argc, argv);

	/* Help that could not be written was not given. */
	if (fflush(stdout) != 0 && status == 0)
		status = complain("cannot write to standard output: %s", strerror(errno));
	return status;
}
