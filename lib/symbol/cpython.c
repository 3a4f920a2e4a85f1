/* SPDX-License-Identifier: MIT */
/*
 * A type says which function finalises its objects (tp_finalize), in the file's data: a
 * PyTypeObject has it at an offset of its own, a PyType_Slot beside the number of its kind.
 * Both are the same from CPython 3.4 on.
 */
#include "symbol/cpython.h"

#include <string.h>

#include "symbol/code_map.h"

#define WORD sizeof(uint64_t)

/* struct PyType_Slot { int slot; void *pfunc; } with Py_tp_finalize; an array of them ends with 0.
 */
#define SLOT_FINALIZE 80
#define SLOT_HIGHEST 127

/* Offsets in struct PyTypeObject. */
#define TYPE_SIZE 16
#define TYPE_NAME 24
#define TYPE_BASIC_SIZE 32
#define TYPE_DEALLOC 48
#define TYPE_TRAVERSE 184
#define TYPE_CLEAR 192
#define TYPE_BASES 336
#define TYPE_WEAK_LIST 368
#define TYPE_FINALIZE 392

#define BASIC_SIZE_MOST 65536
#define NAME_MOST 128

/* Their finalisers run what is left of a function of the program: its own closes are in there. */
static bool is_generator(const char *name)
{
	return strstr(name, "generator") || strcmp(name, "coroutine") == 0;
}

/* The name of a type, "_socket.socket"; NULL: that is none. */
static const char *name_read(const struct code_map *map, uint64_t address)
{
	const struct area *area = code_map_area(map, address);
	const char *name;
	size_t length, most;

	if (!area || area->is_code)
		return NULL;
	name = (const char *)area->bytes + (address - area->start);
	most = area->size - (address - area->start);
	length = strnlen(name, most < NAME_MOST ? most : NAME_MOST);
	if (length == 0 || length == most || length == NAME_MOST)
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return NULL;
	return name;
}

static uint64_t word_or(const struct code_map *map, uint64_t address, uint64_t without)
{
	uint64_t word;

	return code_map_word(map, address, &word) ? word : without;
}

/* A function, or none. */
static bool is_code_or_none(const struct code_map *map, uint64_t address)
{
	const struct area *area = address ? code_map_area(map, address) : NULL;

	return address == 0 || (area && area->is_code);
}

static bool is_type(const struct code_map *map, uint64_t type)
{
	uint64_t size = word_or(map, type + TYPE_BASIC_SIZE, 0);
	const char *name = name_read(map, word_or(map, type + TYPE_NAME, 0));

	if (!name || is_generator(name) || size < 2 * WORD || size > BASIC_SIZE_MOST ||
	    word_or(map, type + TYPE_SIZE, 1) != 0)
		return false;
	for (uint64_t at = TYPE_BASES; at <= TYPE_WEAK_LIST; at += WORD)
		if (word_or(map, type + at, 1) != 0)
			return false;
	return is_code_or_none(map, word_or(map, type + TYPE_DEALLOC, 1)) &&
	       is_code_or_none(map, word_or(map, type + TYPE_TRAVERSE, 1)) &&
	       is_code_or_none(map, word_or(map, type + TYPE_CLEAR, 1));
}

static bool is_slot(const struct code_map *map, uint64_t function_at)
{
	return word_or(map, function_at - WORD, 0) == SLOT_FINALIZE &&
	       word_or(map, function_at + WORD, UINT64_MAX) <= SLOT_HIGHEST;
}

static void area_read(const struct code_map *map, const struct area *area, struct ranges *roles)
{
	uint64_t word;

	for (uint64_t at = -area->start % WORD; at + WORD <= area->size; at += WORD) {
		memcpy(&word, area->bytes + at, sizeof(word));
		if (word != 0 && code_map_is_start(map, word) &&
		    (is_slot(map, area->start + at) ||
		     is_type(map, area->start + at - TYPE_FINALIZE)))
			code_map_add(map, word, roles, SYMBOL_ROLE_FINALIZER);
	}
}

void cpython_read(struct ranges *roles, Elf *elf, uint64_t loop)
{
	struct code_map map;

	code_map_read(&map, elf);
	for (size_t i = 0; map.table_count > 0 && i < map.area_count; i++)
		if (!map.areas[i].is_code)
			area_read(&map, &map.areas[i], roles);
	if (loop)
		code_map_add(&map, loop, roles, SYMBOL_ROLE_LOOP);
	code_map_fini(&map);
	ranges_seal(roles);
}

enum symbol_role cpython_role(const struct ranges *roles, uint64_t address)
{
	ptrdiff_t found = roles->count ? ranges_find(roles, address, roles->count) : -1;

	if (found >= 0)
		return (enum symbol_role)roles->items[found].value;
	for (size_t i = 0; i < roles->count; i++)
		if (roles->items[i].value == SYMBOL_ROLE_FINALIZER)
			return SYMBOL_ROLE_NONE;
	return SYMBOL_ROLE_UNKNOWN;
}
