/* SPDX-License-Identifier: MIT */
/*
 * The libraries that a program's file says it needs, and those that they need in their turn.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_NEEDED_H
#define UNCLOSED_SYMBOL_NEEDED_H

#include <stdbool.h>

/*
 * Is the file at `path` the program at `program`, or a library that it needs, found by the
 * RUNPATH or RPATH of who needs it, or by LD_LIBRARY_PATH? A link that leads out of such a folder
 * does not count, nor what the loader finds in the system's folders, nor dlopen().
 */
bool needed_has(const char *program, const char *path);

#endif
