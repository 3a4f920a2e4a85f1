/* SPDX-License-Identifier: MIT */
/*
 * Seccomp filters. Before one goes in, what is needed later is asked for; from
 * then on no system call of ours is made.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_END_SECCOMP_H
#define UNCLOSED_PRELOAD_END_SECCOMP_H

/* A filter is about to be installed: ask the kernel now for what is needed later. */
void seccomp_prepare(void);

/* A filter was installed: no system call of ours from now on. */
void seccomp_entered(void);

#endif
