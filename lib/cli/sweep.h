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
 * holds a lock on it (a launcher in another pid namespace does). One of a bare
 * LD_PRELOAD session may be waiting for `unclosed report`: it gets an hour.
 * Looks at 64 files at most; says nothing, and leaves what it is not sure of.
 */
void sweep(const char *directory);

#endif
