/* SPDX-License-Identifier: MIT */
/*
 * What is about to be executed: may we be in its LD_PRELOAD, and does a
 * sanitizer's runtime have to come before us? A libasan or libtsan that is a
 * library of the program ends it when it is not the first one loaded; a loader
 * of another kind complains about us on the program's stderr.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 * Makes system calls, before a program is executed.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_TARGET_H
#define UNCLOSED_PRELOAD_PROCESS_TARGET_H

#include <stdbool.h>

struct target {
	bool is_foreign;    /* 32 bits, another processor, musl or another loader than glibc's */
	bool is_static;     /* no loader is named that would load us */
	char sanitizer[32]; /* the runtime it is linked to ("libasan.so.8"); "" none */
};

/*
 * Look at the file that execve(path), or with `is_searched` execvp(path), would
 * run; a script's interpreter stands for it. What cannot be read, also because
 * no descriptor is free, is taken for an ordinary program.
 *
 * One descriptor is open meanwhile. Where other threads could see it missing
 * among their own numbers, the look is taken by a short-lived process with a
 * copy of the table (clone, 60 µs).
 */
void target_look(const char *path, bool is_searched, struct target *ret_target);

#endif
