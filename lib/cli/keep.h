/* SPDX-License-Identifier: MIT */
/*
 * Moving a ledger to where its user wants it.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_KEEP_H
#define UNCLOSED_CLI_KEEP_H

/*
 * Copy the ledger that is open as `from` to `to`, replacing a file there, without holes at its
 * end. Returns 0 or -errno, or as replacement_begin().
 */
int ledger_keep(int from, const char *to);

#endif
