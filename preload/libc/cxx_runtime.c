/* SPDX-License-Identifier: MIT */
/* The search for the functions of the C++ runtime that belong to a caller. */
#include "libc/cxx_runtime.h"

#include <stdbool.h>
#include <string.h>

#include "libc/loaded.h"
#include "libc/objects.h"
#include "libc/real.h"
#include "libc/symbols.h"
#include "shim/self_map.h"
#include "shim/state.h"

#define CALLERS 64   /* remembered at a time */
#define LIBRARIES 64 /* looked through for a caller */

static const char *const names[THROWERS] = {
#define THROWER(name) [THROWER_##name] = #name,
#include "libc/cxx_runtime.def"
};

/* What the program was started with. */
OF_EVERY_PROCESS static void *started_with[THROWERS];

/* Caller → function. */
static struct remembered {
	ledger_u64 check; /* key ^ function: who reads half of each sees no match */
	ledger_u64 function;
} callers[THROWERS][CALLERS];

static _Atomic(uint32_t) generation; /* of what the callers' addresses mean */

struct library {
	uintptr_t base;
	const ElfW(Dyn) * dynamic;
	const char *path;
};

/* Is it looked for no further? */
typedef bool visitor(const struct library *library, void *data);

struct visit {
	visitor *visitor;
	void *data;
};

void throwers_init(void)
{
	for (int i = 0; i < THROWERS; i++)
		started_with[i] = loaded_next(names[i]);
}

static int phdr_visit(struct dl_phdr_info *info, size_t size, void *data)
{
	struct library library = { .base = info->dlpi_addr, .path = info->dlpi_name };
	const struct visit *visit = data;

	(void)size; /* the fields used have been there since the function has */
	for (unsigned int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			library.dynamic =
				(const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	return library.dynamic && visit->visitor(&library, visit->data);
}

/* Nobody else changes the chain in a forked child. */
static void chain_visit(struct visit *visit)
{
	const struct link_map *map = own_map();

	while (map && map->l_prev)
		map = map->l_prev;
	for (; map; map = map->l_next)
		if (visit->visitor(&(struct library){ map->l_addr, map->l_ld, map->l_name },
				   visit->data))
			return;
}

static void libraries_visit(visitor *each, void *data)
{
	struct visit visit = { each, data };

	if (!shim.is_forked_from_threads && REAL(dl_iterate_phdr))
		(void)REAL(dl_iterate_phdr)(phdr_visit, &visit); /* says what the visitor says */
	else
		chain_visit(&visit);
}

/* The library that a DT_NEEDED means. */
struct needed {
	const char *name;
	struct library library; /* dynamic: NULL when it was not found */
};

static bool library_is(const struct library *library, const char *name)
{
	const char *slash = strrchr(library->path, '/');
	const char *strings = symbol_strings(library->base, library->dynamic);

	if (strcmp(library->path, name) == 0 || (slash && strcmp(slash + 1, name) == 0))
		return true;
	for (const ElfW(Dyn) *entry = library->dynamic; strings && entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_SONAME)
			return strcmp(strings + entry->d_un.d_val, name) == 0;
	return false;
}

static bool needed_visit(const struct library *library, void *data)
{
	struct needed *needed = data;

	if (!library_is(library, needed->name))
		return false;
	needed->library = *library;
	return true;
}

/* Breadth first, as the loader does it. */
struct queue {
	struct library libraries[LIBRARIES];
	unsigned int count;
};

static void queue_put(struct queue *queue, const struct library *library)
{
	for (unsigned int i = 0; i < queue->count; i++)
		if (queue->libraries[i].dynamic == library->dynamic)
			return;
	if (library->dynamic && queue->count < LIBRARIES)
		queue->libraries[queue->count++] = *library;
}

/* The loader keeps what a library needs as long as the library. */
static void queue_put_needed(struct queue *queue, struct library library)
{
	const char *strings = symbol_strings(library.base, library.dynamic);

	for (const ElfW(Dyn) *entry = library.dynamic; strings && entry->d_tag != DT_NULL;
	     entry++) {
		struct needed needed = { 0 };

		if (entry->d_tag != DT_NEEDED)
			continue;
		needed.name = strings + entry->d_un.d_val;
		libraries_visit(needed_visit, &needed);
		queue_put(queue, &needed.library);
	}
}

static void *library_function(const struct library *library, const char *name)
{
	return library->dynamic == _DYNAMIC /* ours */
		       ? NULL
		       : symbol_find_dynamic(library->base, library->dynamic, name);
}

static __attribute__((noinline)) void *needed_find(const struct dl_find_object *caller,
						   const char *name)
{
	struct queue queue = { .count = 0 };
	void *function = NULL;

	queue_put(&queue, &(struct library){ caller->dlfo_link_map->l_addr, symbol_dynamic(caller),
					     caller->dlfo_link_map->l_name });
	for (unsigned int i = 0; i < queue.count && !function; i++) {
		function = library_function(&queue.libraries[i], name);
		if (!function)
			queue_put_needed(&queue, queue.libraries[i]);
	}
	return function;
}

struct first {
	const char *name;
	void *function;
};

static bool first_visit(const struct library *library, void *data)
{
	struct first *first = data;

	first->function = library_function(library, first->name);
	return first->function != NULL;
}

/* Of a caller that is in no object, or whose runtime nothing leads to. */
static void *first_find(const char *name)
{
	struct first first = { .name = name };

	libraries_visit(first_visit, &first);
	if (!first.function)
		first.function = dlsym(RTLD_NEXT, name);
	if (!first.function)
		first.function = dlsym(RTLD_DEFAULT, name);
	return first.function;
}

static struct remembered *remembered_at(enum thrower thrower, uint64_t key)
{
	return &callers[thrower][key * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (CALLERS - 1)];
}

/* 0: it is not remembered. */
static uint64_t remembered_find(enum thrower thrower, uint64_t key)
{
	struct remembered *entry = remembered_at(thrower, key);
	uint64_t function = atomic_load_explicit(&entry->function, memory_order_relaxed);
	uint64_t check = atomic_load_explicit(&entry->check, memory_order_relaxed);

	return (check ^ function) == key ? function : 0;
}

static void remember(enum thrower thrower, uint64_t key, uint64_t function)
{
	struct remembered *entry = remembered_at(thrower, key);

	atomic_store_explicit(&entry->function, function, memory_order_relaxed);
	atomic_store_explicit(&entry->check, key ^ function, memory_order_relaxed);
}

static void *caller_find(enum thrower thrower, const void *caller)
{
	uint32_t now = atomic_load(&generation);
	struct dl_find_object object;
	void *function;
	uint64_t key;

	if (objects_find((char *)caller - 1, &object) != 0)
		return first_find(names[thrower]);
	key = (uintptr_t)object.dlfo_map_start ^ (uint64_t)now << 40;
	function = (void *)remembered_find(thrower, key);
	if (function)
		return function;
	function = needed_find(&object, names[thrower]);
	if (!function)
		function = first_find(names[thrower]);
	remember(thrower, key, (uintptr_t)function);
	return function;
}

void *thrower_find(enum thrower thrower, const void *caller)
{
	real_prepare();
	return started_with[thrower] ? started_with[thrower] : caller_find(thrower, caller);
}

void throwers_forget(void)
{
	atomic_fetch_add(&generation, 1);
}
