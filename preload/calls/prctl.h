/* SPDX-License-Identifier: MIT */
/*
 * Seccomp filters. Before one goes in, what is needed later is asked for; from
 * then on no system call of ours is made.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_PRCTL_H
#define UNCLOSED_PRELOAD_CALLS_PRCTL_H

/* A filter is about to be installed: ask the kernel now for what is needed later. */
void sandbox_prepare(void);

/* A filter was installed: no system call of ours from now on. */
void sandbox_entered(void);

#endif
