/* SPDX-License-Identifier: MIT */
/*
 * `unclosed --limit-snapshot LEDGER DIRECTORY`, started by a process without a launcher that came
 * near its limit of descriptors (preload/end/snapshot.c): takes what waits. Names in
 * UNCLOSED_OPTIONS are relative to DIRECTORY.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/launch.h"
#include "cli/limit_take.h"
#include "cli/memory_bound.h"
#include "cli/reader.h"
#include "ledger/snapshot.h"

enum { WORD_LEDGER = 1, WORD_DIRECTORY, WORD_COUNT };

int command_limit_snapshot(int argc, char **argv)
{
	static struct ledger ledger; /* its table of windows is too large for a stack */
	struct options options;
	struct limit_taking taking = { .options = &options, .ledger = &ledger, .steps_back = true };
	const char *why = NULL;
	int result, status;

	standard_descriptors_guard();
	deadly_writes_ignore();
	if (argc != WORD_COUNT)
		return complain("usage: unclosed dump [OPTIONS] PID|LEDGER [-o FILE]");
	(void)arguments_from_environment(&options); /* the report tells of a bad key */
	descriptors_allow();
	memory_limit_set(options.memory_bytes);
	memory_bound();
	(void)!chdir(argv[WORD_DIRECTORY]); /* gone: names are looked for from here */
	taking.path = argv[WORD_LEDGER];
	result = ledger_attach(&ledger, taking.path);
	if (result == 0)
		taking.ledger_fd = snapshot_open(taking.path, &why);
	if (result < 0 || taking.ledger_fd < 0)
		return complain(
			"no snapshot near the limit of descriptors: cannot read ledger '%s': "
			"%s",
			taking.path,
			why ? why : strerror(result < 0 ? -result : -taking.ledger_fd));
	if (!limits_begin(&taking))
		return complain("no memory for a snapshot near the limit of descriptors");
	status = limits_take(&taking);
	while (wait(NULL) > 0) /* for its commands: nobody waits for us */
		;
	limits_end(&taking);
	(void)close(taking.ledger_fd); /* only read */
	return status;
}
