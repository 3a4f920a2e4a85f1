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

#include <stdatomic.h>
#include <stdbool.h>

#include "base/options.h"
#include "ledger/ledger.h"

/* A list of struct ledger_limit that somebody has made a circle is followed so far. */
#define LIMIT_LIST_MOST 64

struct limit_shared;

struct limit_taking {
	const struct options *options;
	struct ledger *ledger; /* mapped for writing */
	int ledger_fd;         /* its file, open for reading */
	const char *path;      /* of its file */
	bool steps_back;       /* the program runs, and goes first (live_step_back()) */
	struct limit_shared *shared;
};

/* Of a tool and its children, where the session's processes cannot write. */
struct limit_shared {
	_Atomic(uint32_t) taken;    /* so far */
	_Atomic(uint32_t) commands; /* that run */
};

/* Begin and end to take from a ledger: what is shared. False: there is no memory. */
bool limits_begin(struct limit_taking *taking);
void limits_end(struct limit_taking *taking);

/*
 * Take all that wait. Of processes that have ended, what was open at the end is written. Returns 0,
 * or EXIT_ERROR after one line for each that failed; the report at the end says so, too. Commands
 * are not waited for.
 */
int limits_take(const struct limit_taking *taking);

/* Wait until others are done with what they have taken, and for commands; no longer than 5 s. */
void limits_settle(const struct limit_taking *taking);

/*
 * Both, of a ledger in the file at `path` that somebody else made, open for reading as `fd`: what
 * is left when its program has ended. Nothing where nobody met a mark, or it cannot be written.
 */
void limits_finish(const char *path, int fd, const struct options *options);

#endif
