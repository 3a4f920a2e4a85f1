/* SPDX-License-Identifier: MIT */
/* Look-ups of functions in the objects that the program was started with. */
#include "libc/loaded.h"

#include <string.h>

#include "libc/objects.h"
#include "libc/symbols.h"
#include "shim/self_map.h"
#include "shim/state.h"

/* In the order of the loader's look-ups; the chain goes on with what is opened later. */
OF_EVERY_PROCESS static const struct link_map *first, *last;
OF_EVERY_PROCESS static bool is_whole;

/* Behind `last`: the last one that we loaded, and nobody else; NULL: we loaded none. */
static const struct link_map *ours;

void loaded_init(void)
{
	const struct link_map *map = own_map();

	while (map && map->l_prev)
		map = map->l_prev;
	first = map;
	is_whole = map != NULL;
	for (; map; map = map->l_next) {
		is_whole &= symbol_tables(map->l_addr, map->l_ld).hash != NULL;
		last = map;
	}
}

bool loaded_is_whole(void)
{
	return is_whole;
}

bool loaded_has(uint64_t pc)
{
	const struct link_map *map = first;
	struct dl_find_object object;

	if (objects_find((void *)pc, &object) != 0)
		return false;
	while (map && map != object.dlfo_link_map)
		map = map == last ? NULL : map->l_next;
	return map != NULL;
}

bool loaded_has_grown(void)
{
	return !last || (ours ? ours : last)->l_next != NULL;
}

void loaded_is_ours(void)
{
	for (ours = last; ours->l_next; ours = ours->l_next)
		;
}

bool loaded_asks_for(const char *functions)
{
	const struct link_map *map = first;

	if (!is_whole || loaded_has_grown())
		return true;
	for (; map; map = map == last ? NULL : map->l_next) {
		struct symbol_tables tables = symbol_tables(map->l_addr, map->l_ld);

		for (const char *name = functions; *name; name += strlen(name) + 1)
			if (symbol_is_asked_for(&tables, name))
				return true;
	}
	return false;
}

static void *ask_loader(void *where, const char *name)
{
	void *found = dlsym(where, name);

	if (!found)
		(void)dlerror(); /* not the program's error */
	return found;
}

static void *find(const struct link_map *map, const char *text, void *where)
{
	struct symbol_name name = symbol_name(text);

	for (; is_whole && map; map = map == last ? NULL : map->l_next) {
		struct symbol_tables tables = symbol_tables(map->l_addr, map->l_ld);
		const ElfW(Sym) *symbol = symbol_of(&tables, &name);

		/* Only the loader calls what chooses an indirect function. */
		if (symbol && ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
			return ask_loader(where, text);
		if (symbol)
			return (void *)(tables.base + symbol->st_value);
	}
	return is_whole ? NULL : ask_loader(where, text);
}

/* Behind us, and where we are behind libc, before us: a program has loaded us late. */
void *loaded_next(const char *name)
{
	const struct link_map *map = own_map();
	void *found = find(map == last ? NULL : map->l_next, name, RTLD_NEXT);

	if (found || !is_whole || !own_is_behind_libc())
		return found;
	found = find(first, name, RTLD_DEFAULT);
	return own_has((uintptr_t)found) ? NULL : found;
}

void *loaded_default(const char *name)
{
	return find(first, name, RTLD_DEFAULT);
}
