/* SPDX-License-Identifier: MIT */
/* Memory that is given back all at once, cut from blocks. */
#include "symbol/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (64u * 1024u)

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

void arena_fini(struct arena *arena)
{
	while (arena->newest) {
		struct arena_block *older = arena->newest->older;

		free(arena->newest);
		arena->newest = older;
	}
}

/* A request above the block size gets a block of its own. */
static struct arena_block *arena_grow(struct arena *arena, size_t at_least)
{
	size_t size = at_least > BLOCK_SIZE ? at_least : BLOCK_SIZE;
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->size = size;
	block->older = arena->newest;
	arena->newest = block;
	return block;
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t alignment = alignof(max_align_t);
	struct arena_block *block = arena->newest;
	void *taken;

	if (size > SIZE_MAX - alignment)
		return NULL;
	size = (size + alignment - 1) / alignment * alignment;
	if (!block || block->size - block->used < size)
		block = arena_grow(arena, size);
	if (!block)
		return NULL;
	taken = block->bytes + block->used;
	block->used += size;
	return taken;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy;

	if (!bytes)
		return NULL;
	copy = arena_take(arena, length + 1);
	if (copy)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_copy_string(struct arena *arena, const char *string)
{
	return string ? arena_copy(arena, string, strlen(string)) : NULL;
}
