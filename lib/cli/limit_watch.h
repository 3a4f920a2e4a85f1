/* SPDX-License-Identifier: MIT */
/*
 * The launcher's part while PROGRAM runs: it looks at the ledger's bell ten times a second,
 * and a child of it takes what rang (limit_take.h).
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIMIT_WATCH_H
#define UNCLOSED_CLI_LIMIT_WATCH_H

#include <signal.h>
#include <sys/types.h>

#include "cli/limit_take.h"

/* Between two looks. */
#define LIMIT_WATCH_MS 100

struct limit_watch {
	struct limit_taking taking;
	const sigset_t *mask; /* of signals, for the command of --at-limit */
	uint32_t heard;       /* of the bell */
	pid_t worker;         /* that takes; 0: none */
};

/* From now on processes of the session need not start a tool themselves. */
void limit_watch_begin(struct limit_watch *watch, const struct limit_taking *taking,
		       const sigset_t *mask);

/* Did the bell ring? Then have it taken, once nobody is at it. */
void limit_watch_look(struct limit_watch *watch);

/* A child of ours has ended. */
void limit_watch_reaped(struct limit_watch *watch, pid_t pid);

/* PROGRAM has ended: wait for the worker, and take what is left. */
void limit_watch_end(struct limit_watch *watch);

#endif
