/* SPDX-License-Identifier: MIT */
/*
 * Exported symbols of a loaded object, found in its own tables: dlsym takes a
 * lock of the loader, and in a hook that is a deadlock waiting to happen.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_SYMBOLS_H
#define UNCLOSED_PRELOAD_SYMBOLS_H

#include <stdint.h>

#include "names.h"

/* Address of what `object` defines itself as `name`; NULL when it does not, or has no GNU table. */
void *symbol_find(const struct dl_find_object *object, const char *name);

/* The dynamic section of an object; NULL when it has none that can be found. */
const ElfW(Dyn) * symbol_dynamic(const struct dl_find_object *object);

/* What an object at `base` with that dynamic section defines; NULL as above. */
void *symbol_find_dynamic(uintptr_t base, const ElfW(Dyn) * dynamic, const char *name);

/* The texts that DT_NEEDED and DT_SONAME are offsets in; NULL: there are none. */
const char *symbol_strings(uintptr_t base, const ElfW(Dyn) * dynamic);

#endif
