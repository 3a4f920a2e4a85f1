/* SPDX-License-Identifier: MIT */
/*
 * Exported symbols of a loaded object, found in its own tables: dlsym takes a
 * lock of the loader, and in a hook that is a deadlock waiting to happen.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_SYMBOLS_H
#define UNCLOSED_PRELOAD_SYMBOLS_H

#include "names.h"

/* Address of what `object` defines itself as `name`; NULL when it does not, or has no GNU table. */
void *symbol_find(const struct dl_find_object *object, const char *name);

#endif
