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
 * its end, and remove `from`. Returns 0, or -errno with `from` still in place.
 */
int ledger_keep(const char *from, const char *to);

#endif
