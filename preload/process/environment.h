/* SPDX-License-Identifier: MIT */
/*
 * The two variables that lead a new program into the session: LD_PRELOAD and
 * UNCLOSED_LEDGER=PATH:INDEX. An environment is repaired, not replaced: every
 * other variable is passed on as the same pointer.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_ENVIRONMENT_H
#define UNCLOSED_PRELOAD_PROCESS_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process/join.h"

/*
 * Should a program started with this environment join our session? Not when
 * its UNCLOSED_OPTIONS is off, nor when it names a session of its own.
 */
bool environment_joins(char *const *environment);

/* Bytes that environment_repair() needs. */
size_t environment_repair_size(char *const *environment);

/*
 * Build a repaired copy in `storage`, which must live until the exec. Returns
 * the new environment.
 */
char **environment_repair(char *const *environment, const struct joining *joining, void *storage);

#endif
