/* SPDX-License-Identifier: MIT */
/*
 * Moving a ledger to where its user wants it.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_KEEP_H
#define UNCLOSED_CLI_KEEP_H

/*
 * Move the ledger at `from` to `to`, replacing a file there: by renaming or,
 * to another file system, by copying what is not a hole. Returns 0, or -errno
 * with `from` still in place.
 */
int ledger_keep(const char *from, const char *to);

#endif
