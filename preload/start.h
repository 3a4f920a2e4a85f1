/* SPDX-License-Identifier: MIT */
/*
 * The start of a process image: join the session, or begin one.
 *
 * Layer: preload. Context: target. Makes system calls (one of the four places
 * that may).
 */
#ifndef UNCLOSED_PRELOAD_START_H
#define UNCLOSED_PRELOAD_START_H

/* A hooked call came before our constructor. Called by real_resolve(). */
void start_from_call(void);

#endif
