/* SPDX-License-Identifier: MIT */
/*
 * What processes have met on the way to their limit of descriptors (struct ledger_limit): a tool
 * takes each once. It says in the ledger who had the descriptors, writes a snapshot into a file,
 * and runs the command of --at-limit.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIMIT_TAKE_H
#define UNCLOSED_CLI_LIMIT_TAKE_H

#include "base/options.h"
#include "ledger/ledger.h"

struct limit_taking {
	const struct options *options;
	struct ledger *ledger; /* mapped for writing */
	int ledger_fd;         /* its file, open for reading */
	const char *path;      /* of its file */
	/* How many were taken, where other processes cannot write; NULL: the ledger says so. */
	_Atomic(uint32_t) *count;
};

/*
 * Take all that wait. Of processes that have ended, what was open at the end is written. Returns 0,
 * or EXIT_ERROR after one line for each that failed; the report at the end says so, too.
 */
int limits_take(const struct limit_taking *taking);

/* Wait until others are done with those that they have taken, but no longer than some seconds. */
void limits_settle(struct ledger *ledger);

/*
 * Both, of a ledger in the file at `path` that somebody else made, open for reading as `fd`: what
 * is left when its program has ended. Nothing where nobody met a mark, or it cannot be written.
 */
void limits_finish(const char *path, int fd, const struct options *options);

/* limit_command.c: run `command` for the snapshot at `path`. Returns as above. */
int limit_command_run(const char *command, const char *path);

#endif
