/* SPDX-License-Identifier: MIT */
/* The loader's entry of this library, found once at start. */
#include "shim/self_map.h"

#include "shim/state.h"

/* Weak: musl loads us and has neither. */
extern __typeof__(_r_debug) _r_debug __attribute__((weak));
extern __typeof__(dladdr1) dladdr1 __attribute__((weak));

OF_EVERY_PROCESS static const struct link_map *map;
OF_EVERY_PROCESS static bool is_behind_libc;
OF_EVERY_PROCESS static bool is_elsewhere;

/* dladdr1() reads all our symbols for the answer, 4 µs. The chain has few entries before ours. */
void own_init(void)
{
	struct link_map *found = NULL;
	Dl_info info;

	map = &_r_debug ? _r_debug.r_map : NULL;
	while (map && map->l_ld != _DYNAMIC) {
		/* libc needs the loader, which so comes behind all that a program is started with. */
		is_behind_libc |= map->l_addr == _r_debug.r_ldbase;
		map = map->l_next;
	}
	is_elsewhere = &_r_debug && !map;
	if (!map && dladdr1 && dladdr1(__ehdr_start, &info, (void **)&found, RTLD_DL_LINKMAP))
		map = found;
}

bool own_is_behind_libc(void)
{
	return is_behind_libc;
}

bool own_is_elsewhere(void)
{
	return is_elsewhere;
}

const struct link_map *own_map(void)
{
	return map;
}
