/* SPDX-License-Identifier: MIT */
/*
 * Values of an environment, which is not always `environ`.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_VARIABLES_H
#define UNCLOSED_PRELOAD_SHIM_VARIABLES_H

#define LEDGER_VARIABLE "UNCLOSED_LEDGER="
#define OPTIONS_VARIABLE "UNCLOSED_OPTIONS="
#define FIRST_VARIABLE "UNCLOSED_FIRST=" /* process/bare.h */
#define DEPTH_VARIABLE "UNCLOSED_DEPTH=" /* process/privilege.h */

/* The value of a variable, given as "NAME=", or NULL. */
const char *environment_find(char *const *environment, const char *name);

#endif
