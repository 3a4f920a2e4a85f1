/* SPDX-License-Identifier: MIT */
/*
 * Beyond some times the memory budget (base/memory.h) our own memory fails: what nobody has thought
 * of ends us with one line, and not others by the kernel's out-of-memory killer.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_MEMORY_BOUND_H
#define UNCLOSED_CLI_MEMORY_BOUND_H

void memory_bound(void);

/* As before: what we start is not to be bound. */
void memory_unbound(void);

#endif
