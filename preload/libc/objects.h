/* SPDX-License-Identifier: MIT */
/*
 * Which loaded object holds an address: _dl_find_object() of glibc 2.35, as the shim
 * asks it. The static unwinder's own name for it is in unwind_end.c, and hidden, so
 * that a libc without it can load the shim.
 *
 * An older glibc is asked through dl_iterate_phdr() instead, when an address is
 * in none of the objects seen so far. That takes the loader's lock, as every
 * C++ exception does there; a forked child of several threads does without.
 * musl has neither: there frames have no modules.
 *
 * Layer: preload. Context: target; lock-free with glibc 2.35 or newer.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_OBJECTS_H
#define UNCLOSED_PRELOAD_LIBC_OBJECTS_H

#include "shim/names.h"

/*
 * The loader's functions to ask: _dl_find_object(), or NULL where libc has none; and
 * dl_iterate_phdr(), or NULL where the first is enough. At start.
 */
void objects_init(__typeof__(_dl_find_object) *find, __typeof__(dl_iterate_phdr) *walk);

/* As _dl_find_object(): 0, or -1 when the address is in none. */
int objects_find(void *pc, struct dl_find_object *ret_object);

/* The ELF header at the start of a mapping; NULL where the first segment is not the file's start. */
const ElfW(Ehdr) *object_header(const struct dl_find_object *object);

/* Objects may have gone: with an older glibc, see all anew. After a dlclose. */
void objects_refresh(void);

#endif
