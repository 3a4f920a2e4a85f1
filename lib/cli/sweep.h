/* SPDX-License-Identifier: MIT */
/*
 * Ledgers that a killed launcher left behind.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_SWEEP_H
#define UNCLOSED_CLI_SWEEP_H

/*
 * Remove from `directory` the ledgers of this user whose session is dead: its
 * creator and all its processes have ended, nobody maps the file, and nobody
 * holds a lock on it (a launcher in another pid namespace does). The ledger of a
 * session without a launcher may be waiting for `unclosed report`: it is left for an hour.
 * Looks at 1024 files at most, prints nothing, and leaves a file in case of doubt.
 */
void sweep(const char *directory);

#endif
