/* SPDX-License-Identifier: MIT */
/*
 * The two variables that lead a new program into the session: LD_PRELOAD and
 * UNCLOSED_LEDGER=PATH:INDEX. An environment is repaired, not replaced: every
 * other variable is passed on as the same pointer.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_ENVIRONMENT_H
#define UNCLOSED_PRELOAD_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target.h"

#define LEDGER_VARIABLE "UNCLOSED_LEDGER="
#define OPTIONS_VARIABLE "UNCLOSED_OPTIONS="

/* The value of a variable, given as "NAME=", or NULL. */
const char *environment_find(char *const *environment, const char *name);

/*
 * Should a program started with this environment join our session? Not when
 * its UNCLOSED_OPTIONS is off, nor when it names a session of its own.
 */
bool environment_joins(char *const *environment);

/* How a program that is about to be started is to be led into the session. */
struct joining {
	bool is_preloaded; /* false: it would be harmed, or hear complaints; it is not covered */
	bool is_apart;     /* because our library's file cannot be reached */
	uint32_t index;    /* entry that is to say hello */
	struct target target;
};

/*
 * Decide by what will be executed (target.h), and by where we are: not behind a
 * seccomp filter, nor where our library's file cannot be reached. The index is
 * left to the caller.
 */
void joining_decide(struct joining *ret_joining, const char *path, bool is_searched);

/* Bytes that environment_repair() needs. */
size_t environment_repair_size(char *const *environment);

/*
 * Build a repaired copy in `storage`, which must live until the exec. Returns
 * the new environment.
 */
char **environment_repair(char *const *environment, const struct joining *joining, void *storage);

#endif
