/* SPDX-License-Identifier: MIT */
#include "own.h"

#include "names.h"
#include "state.h"

extern __typeof__(dladdr1) dladdr1 __attribute__((weak)); /* not in musl, which loads us */

OF_EVERY_PROCESS static struct {
	uintptr_t start, end;
} own;

void own_init(void)
{
	Dl_info info;
	struct link_map *map;
	const ElfW(Ehdr) *header;
	const ElfW(Phdr) *segments;

	if (!dladdr1((void *)(uintptr_t)own_init, &info, (void **)&map, RTLD_DL_LINKMAP))
		return;
	header = info.dli_fbase;
	segments = (const ElfW(Phdr) *)((uintptr_t)header + header->e_phoff);
	own.start = (uintptr_t)header;
	for (unsigned int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == PT_LOAD)
			own.end = map->l_addr + segments[i].p_vaddr + segments[i].p_memsz;
}

bool own_has(uint64_t pc)
{
	return pc - own.start < own.end - own.start;
}
