/* SPDX-License-Identifier: MIT */
/*
 * May a word of memory be read? Asked before what may not be there is read: the
 * unwinders' return addresses, an interpreter's objects.
 *
 * Layer: preload. Context: target; async-signal-safe. One system call: not behind
 * a seccomp filter.
 */
#ifndef UNCLOSED_PRELOAD_STACK_READABLE_H
#define UNCLOSED_PRELOAD_STACK_READABLE_H

#include <stdbool.h>
#include <stdint.h>

/* At the start of an image, by its environment. */
void readable_init(char *const *environment);

/* Can the eight bytes from `address` on be read? False where the kernel does not say so. */
bool is_readable(uint64_t address);

#endif
