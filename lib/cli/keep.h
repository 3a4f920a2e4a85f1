/* SPDX-License-Identifier: MIT */
/*
 * Moving a ledger to where its user wants it.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_KEEP_H
#define UNCLOSED_CLI_KEEP_H

/*
 * Copy the ledger at `from` to `to`, replacing a file there, without holes at
 * its end, and remove `from`. `from_fd` is the same ledger, open for reading, which may have
 * lost its name; or -1. Returns 0, or -errno with `from` still in place.
 */
int ledger_keep(const char *from, int from_fd, const char *to);

#endif
