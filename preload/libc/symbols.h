/* SPDX-License-Identifier: MIT */
/*
 * Exported symbols of a loaded object, found in its own tables: dlsym takes a
 * lock of the loader, and in a hook that is a deadlock waiting to happen.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_SYMBOLS_H
#define UNCLOSED_PRELOAD_LIBC_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/names.h"

/* Where an object keeps what it exports. Valid as long as it is loaded. */
struct symbol_tables {
	uintptr_t base;
	const struct symbol_hash
		*hash; /* NULL: it has no GNU table, and can be asked for nothing */
	const ElfW(Sym) * symbols;
	const char *strings;
	const ElfW(Half) * versions; /* NULL: none */
};

struct symbol_tables symbol_tables(uintptr_t base, const ElfW(Dyn) * dynamic);

/* A name with its hash, to be looked for in several objects. */
struct symbol_name {
	const char *text;
	uint32_t hash;
};

struct symbol_name symbol_name(const char *text);

/*
 * What dlsym() finds in one object: its definition of the default version, not
 * of an older one. NULL when there is none.
 */
const ElfW(Sym) * symbol_of(const struct symbol_tables *tables, const struct symbol_name *name);

/* Is this function looked for in another object? */
bool symbol_is_asked_for(const struct symbol_tables *tables, const char *name);

/* Address of what `object` defines itself as `name`; NULL when it does not, or has no GNU table, or
 * only code would tell (an indirect function). */
void *symbol_find(const struct dl_find_object *object, const char *name);

/* The dynamic section of an object; NULL when it has none that can be found. */
const ElfW(Dyn) * symbol_dynamic(const struct dl_find_object *object);

/* What an object at `base` with that dynamic section defines; NULL as above. */
void *symbol_find_dynamic(uintptr_t base, const ElfW(Dyn) * dynamic, const char *name);

/* The texts that DT_NEEDED and DT_SONAME are offsets in; NULL: there are none. */
const char *symbol_strings(uintptr_t base, const ElfW(Dyn) * dynamic);

#endif
