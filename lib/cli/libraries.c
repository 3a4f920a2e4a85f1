/* SPDX-License-Identifier: MIT */
/* Lists the libraries that unclosed uses, with their versions. */
#include "cli/libraries.h"

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>

/* The name by which the shim loads it (preload/stack/unwind_libunwind.c). */
#define LIBUNWIND "libunwind.so.8"

/* A static program cannot ask the loader. */
#ifdef UNCLOSED_PORTABLE
static const char *libunwind_path(void)
{
	return NULL;
}
#else
static const char *libunwind_path(void)
{
	static char path[PATH_MAX];
	void *handle = dlopen(LIBUNWIND, RTLD_LAZY | RTLD_LOCAL);
	struct link_map *map;

	if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
		return NULL;
	return realpath(map->l_name, path);
}
#endif

const char *const *libraries_list(void)
{
	static const char *list[9];
	const char *libunwind = libunwind_path();
	size_t count = 0;

	list[count++] = "elfutils";
	list[count++] = dwfl_version(NULL);
	list[count++] = "jansson";
	list[count++] = jansson_version_str();
	list[count++] = "glibc";
	list[count++] = gnu_get_libc_version();
	if (libunwind) {
		list[count++] = "libunwind";
		list[count++] = libunwind;
	}
	list[count] = NULL;
	return list;
}
