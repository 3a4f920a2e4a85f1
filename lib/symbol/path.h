/* SPDX-License-Identifier: MIT */
/*
 * Paths of source files as compilers write them.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_PATH_H
#define UNCLOSED_SYMBOL_PATH_H

#include "symbol/arena.h"

/*
 * `name` below `directory` (may be NULL; left out when `name` is absolute or
 * begins with it), cleaned by its text alone: "/a/./b//../c" is "/a/c". A
 * result that is not absolute keeps its leading "..". NULL for an empty name or
 * when memory is short.
 */
const char *path_clean(struct arena *arena, const char *directory, const char *name);

#endif
