/* SPDX-License-Identifier: MIT */
/*
 * Processes that have ended and that no wait of ours told of are given back: children of
 * popen(), those that the kernel reaps itself (SIGCHLD ignored), those whose parent went
 * first, and what an uncovered process started.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_SWEEP_H
#define UNCLOSED_PRELOAD_RECORD_SWEEP_H

/* A few of those that descend from us, before another is announced. */
void sweep_children(void);

/* At the start of a process that an uncovered one has started: a few of its like. */
void sweep_strays(void);

#endif
