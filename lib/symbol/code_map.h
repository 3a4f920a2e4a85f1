/* SPDX-License-Identifier: MIT */
/*
 * A file's memory and its functions without symbols: what the unwind table knows. The
 * compiler splits what is seldom run off a function, and the table has such a part as
 * a function of its own: that it is none is told by the jumps to it.
 *
 * Of little-endian files of 64 bits for x86-64 and aarch64; others are empty.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_CODE_MAP_H
#define UNCLOSED_SYMBOL_CODE_MAP_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbol/ranges.h"

#define AREAS_MOST 64

/* A section as it is in memory, with the file's own addresses in place. */
struct area {
	uint64_t start, size;
	const uint8_t *bytes;
	uint8_t *copy; /* of what has addresses to put in place; NULL: the file's own bytes */
	bool is_code;
};

struct code_map {
	unsigned int machine; /* EM_X86_64 or EM_AARCH64 */
	struct area areas[AREAS_MOST];
	size_t area_count;
	const uint8_t *table; /* of .eh_frame_hdr, sorted: pairs of offsets */
	uint64_t table_base;
	size_t table_count;
};

/* Read a file, whose Elf stays open as long as the map is used. */
void code_map_read(struct code_map *map, Elf *elf);
void code_map_fini(struct code_map *map);

/* The word of memory at `address`; false where there is none. */
bool code_map_word(const struct code_map *map, uint64_t address, uint64_t *ret_word);

/* The area of an address; NULL: none. */
const struct area *code_map_area(const struct code_map *map, uint64_t address);

/* Does a function, or what counts as one in the table, begin at `address`? */
bool code_map_is_start(const struct code_map *map, uint64_t address);

/* Add what belongs to the function at `start` to `ranges`: itself, and what was split off. */
void code_map_add(const struct code_map *map, uint64_t start, struct ranges *ranges,
		  uint64_t value);

#endif
