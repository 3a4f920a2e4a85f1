/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe. Makes system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_SNAPSHOT_H
#define UNCLOSED_PRELOAD_END_SNAPSHOT_H

/* Start a tool that takes what waits in the ledger (struct ledger_limit); shim.snapshot_start. */
void snapshot_start(void);

#endif
