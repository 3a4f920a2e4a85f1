/* SPDX-License-Identifier: MIT */
/*
 * May a word of memory be read? Asked before what may not be there is read: the
 * unwinders' return addresses, an interpreter's objects, what a program gives to exec.
 *
 * Layer: preload. Context: target; async-signal-safe. One system call: not behind
 * a seccomp filter.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_READABLE_H
#define UNCLOSED_PRELOAD_SHIM_READABLE_H

#include <stdbool.h>
#include <stdint.h>

/* At the start of an image, by its environment. */
void readable_init(char *const *environment);

/* Can the eight bytes from `address` on be read? False where the kernel does not say so. */
bool is_readable(uint64_t address);

/*
 * Can execve() read this path (NULL: none is given) and these lists to their ends? Where it
 * cannot it says EFAULT, and so must be the first to look. Behind a seccomp filter we cannot ask:
 * true then.
 */
bool is_executable(const char *path, char *const *argv, char *const *environment);

#endif
