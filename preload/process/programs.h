/* SPDX-License-Identifier: MIT */
/*
 * What a process of the session has learnt of a program's file, for the next one
 * that runs it: a test suite runs the same few programs thousands of times. To
 * look at one takes 15 µs, and to ask /proc what one runs another 10 to 20; to
 * ask whether the file is still the same, 2.
 *
 * Known are files that are programs themselves: of a script, its interpreter.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 * System calls: at start, before exec and spawn.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_PROGRAMS_H
#define UNCLOSED_PRELOAD_PROCESS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "ledger/ledger.h"

/*
 * A path as it is from anywhere, from the working directory on. Returns false
 * where it does not fit, and comes out cut.
 */
bool path_make_absolute(const char *path, char *buffer, size_t size);

/* NULL: not known, or changed since. */
struct ledger_program *program_find(const char *path);

/* Learn about the program of this path that is open as `fd`; `target` is what was found. */
struct target;
void program_learn(const char *path, long fd, const struct target *target);

/*
 * String: the path that /proc/self/exe gives for this process; 0 not known. The
 * file that execve() was given has to be the one that runs, not an argument of
 * the loader, which has no loader itself.
 */
uint32_t program_running(void);

#endif
