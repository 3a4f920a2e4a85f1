/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given back all at once.
 *
 * Strings and frames of a symbolizer live as long as it does, so none of them
 * is freed alone: they are cut from blocks.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_ARENA_H
#define UNCLOSED_SYMBOL_ARENA_H

#include <stddef.h>

struct arena_block;

/* All zero is an empty arena. */
struct arena {
	struct arena_block *newest;
};

void arena_fini(struct arena *arena);

/* Zeroed memory, aligned for any type; NULL when memory is short. */
void *arena_take(struct arena *arena, size_t size);

/* A copy that ends in '\0'; NULL for NULL or when memory is short. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);
char *arena_copy_string(struct arena *arena, const char *string);

#endif
