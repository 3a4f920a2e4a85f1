/* SPDX-License-Identifier: MIT */
/*
 * libunwind as a guest: loaded, never linked, because its exported _Unwind_*
 * functions would take over the program's C++ exceptions.
 *
 * Not on aarch64. Before 1.8 it does not know signed return addresses, and where its quick
 * walk comes to one, or misreads a frame, it ends the program (1.6.2, Gstep.c: no place of
 * x30 is looked at as one). What needs an unwinder there is walked by libgcc's.
 */
#include "shim/names.h"
#include "stack/capture.h"

#if defined(__x86_64__)

/* libunwind's names carry the architecture: unw_flush_cache is a macro for one of these. */
#define UNWIND_NAME(name) "_Ux86_64_" name
#define UNWIND_LOCAL_NAME(name) "_ULx86_64_" name

extern __typeof__(dladdr1) dladdr1 __attribute__((weak)); /* not in musl, which loads us */

static struct {
	int (*backtrace)(void **pcs, int max);
	void (*flush_cache)(void *address_space, uintptr_t low, uintptr_t high);
	void *address_space;
	uintptr_t start, end; /* of its text */
} library;

static void library_find_range(const void *inside)
{
	Dl_info info;
	struct link_map *map;
	const ElfW(Ehdr) * header;
	const ElfW(Phdr) * segments;

	if (!dladdr1(inside, &info, (void **)&map, RTLD_DL_LINKMAP))
		return;
	header = info.dli_fbase;
	segments = (const ElfW(Phdr) *)((uintptr_t)info.dli_fbase + header->e_phoff);
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD || !(segments[i].p_flags & PF_X))
			continue;
		library.start = map->l_addr + segments[i].p_vaddr;
		library.end = library.start + segments[i].p_memsz;
	}
}

void unwinder_libunwind_load(void)
{
	void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	void **address_space;
	void *backtrace;

	if (!handle) {
		(void)dlerror(); /* not the program's error */
		return;
	}
	backtrace = dlsym(handle, "unw_backtrace");
	address_space = dlsym(handle, UNWIND_LOCAL_NAME("local_addr_space"));
	library.flush_cache =
		(__typeof__(library.flush_cache))dlsym(handle, UNWIND_LOCAL_NAME("flush_cache"));
	if (!library.flush_cache)
		library.flush_cache =
			(__typeof__(library.flush_cache))dlsym(handle, UNWIND_NAME("flush_cache"));
	if (!backtrace || !address_space || !library.flush_cache) {
		(void)dlerror(); /* not the program's error */
		return;
	}
	library.address_space = *address_space;
	library_find_range(backtrace);
	if (library.end)
		library.backtrace = (__typeof__(library.backtrace))backtrace;
}

void unwinder_libunwind_flush(void)
{
	if (library.backtrace)
		library.flush_cache(library.address_space, 0, 0);
}

bool unwinder_libunwind_owns(const void *address)
{
	return (uintptr_t)address - library.start < library.end - library.start;
}

static unsigned int libunwind_walk(uint64_t *pcs, unsigned int max, bool *ret_has_signal)
{
	int depth = library.backtrace ? library.backtrace((void **)pcs, (int)max) : 0;

	(void)ret_has_signal; /* its quick walk does not tell */
	return depth > 0 ? (unsigned int)depth : 0;
}

#else

void unwinder_libunwind_load(void)
{
}

void unwinder_libunwind_flush(void)
{
}

bool unwinder_libunwind_owns(const void *address)
{
	(void)address; /* nothing is its text */
	return false;
}

static unsigned int libunwind_walk(uint64_t *pcs, unsigned int max, bool *ret_has_signal)
{
	(void)pcs; /* makes no walk */
	(void)max;
	(void)ret_has_signal;
	return 0;
}

#endif

const struct unwinder unwinder_libunwind = { .walk = libunwind_walk };
