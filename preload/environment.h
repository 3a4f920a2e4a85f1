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

#define LEDGER_VARIABLE "UNCLOSED_LEDGER="
#define OPTIONS_VARIABLE "UNCLOSED_OPTIONS="

/* The value of a variable, given as "NAME=", or NULL. */
const char *environment_find(char *const *environment, const char *name);

/*
 * Should a program started with this environment join our session? Not when
 * its UNCLOSED_OPTIONS is off, nor when it names a session of its own.
 */
bool environment_joins(char *const *environment);

/* Bytes that environment_repair() needs. */
size_t environment_repair_size(char *const *environment);

/*
 * Build a repaired copy in `storage`, which must live until the exec: the
 * program of entry `index` is to say hello. Returns the new environment.
 */
char **environment_repair(char *const *environment, uint32_t index, void *storage);

#endif
