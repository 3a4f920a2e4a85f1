/* SPDX-License-Identifier: MIT */
/* The loaded object of an address: from glibc, or from a table of our own for an older one. */
#include "libc/objects.h"

#include <string.h>

#include "shim/state.h"

#define OBJECTS_MAX 1024

OF_EVERY_PROCESS static __typeof__(_dl_find_object) *find_object;
OF_EVERY_PROCESS static __typeof__(dl_iterate_phdr) *iterate;

/*
 * For an older glibc. Entries are written by one thread at a time; `version` is
 * odd meanwhile, and a reader that finds it changed has read nothing.
 */
static struct object {
	_Atomic(uint32_t) version;
	uintptr_t start, end; /* 0: nothing */
	uintptr_t eh_frame_header;
	struct link_map map; /* l_addr and l_name are valid */
} objects[OBJECTS_MAX];
static _Atomic(uint32_t) object_count;
static atomic_flag is_refreshing = ATOMIC_FLAG_INIT;

static void object_write(uint32_t number, const struct object *next)
{
	struct object *object = &objects[number];
	uint32_t version = atomic_load_explicit(&object->version, memory_order_relaxed);

	if (object->start == next->start && object->end == next->end &&
	    object->map.l_name == next->map.l_name)
		return;
	atomic_store(&object->version, version + 1);
	object->start = next->start;
	object->end = next->end;
	object->eh_frame_header = next->eh_frame_header;
	object->map = next->map;
	atomic_store(&object->version, version + 2);
}

static int object_note(struct dl_phdr_info *info, size_t size, void *data)
{
	uint32_t *count = data;
	struct object object = { .map = { .l_addr = info->dlpi_addr,
					  .l_name = (char *)info->dlpi_name } };

	(void)size; /* the fields used have been there since the function has */
	for (unsigned int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_GNU_EH_FRAME)
			object.eh_frame_header = start;
		if (segment->p_type != PT_LOAD)
			continue;
		if (!object.start || start < object.start)
			object.start = start;
		if (start + segment->p_memsz > object.end)
			object.end = start + segment->p_memsz;
	}
	object.start &= ~(uintptr_t)(LEDGER_PAGE_SIZE - 1);
	if (*count < OBJECTS_MAX)
		object_write((*count)++, &object);
	return 0;
}

void objects_refresh(void)
{
	static const struct object none;
	uint32_t count = 0;

	if (!iterate || shim.is_forked_from_threads ||
	    atomic_flag_test_and_set(&is_refreshing))
		return;
	(void)iterate(object_note, &count); /* says what object_note() says */
	for (uint32_t i = count; i < atomic_load(&object_count); i++)
		object_write(i, &none);
	atomic_store(&object_count, count);
	atomic_flag_clear(&is_refreshing);
}

void objects_init(__typeof__(_dl_find_object) *find, __typeof__(dl_iterate_phdr) *walk)
{
	find_object = find;
	iterate = walk;
	objects_refresh();
}

static bool object_read(struct object *object, uintptr_t pc, struct dl_find_object *ret_object)
{
	uint32_t version = atomic_load(&object->version);

	if (version % 2 != 0 || pc < object->start || pc >= object->end)
		return false;
	*ret_object = (struct dl_find_object){
		.dlfo_map_start = (void *)object->start,
		.dlfo_map_end = (void *)object->end,
		.dlfo_link_map = &object->map,
		.dlfo_eh_frame = (void *)object->eh_frame_header,
	};
	return atomic_load(&object->version) == version;
}

static bool object_find(uintptr_t pc, struct dl_find_object *ret_object)
{
	uint32_t count = atomic_load(&object_count);

	for (uint32_t i = 0; i < count; i++)
		if (object_read(&objects[i], pc, ret_object))
			return true;
	return false;
}

static int object_find_or_refresh(uintptr_t pc, struct dl_find_object *ret_object)
{
	if (object_find(pc, ret_object))
		return 0;
	objects_refresh();
	return object_find(pc, ret_object) ? 0 : -1;
}

static void object_verify(uintptr_t pc, const struct dl_find_object *by_libc)
{
	struct dl_find_object object;

	/* Another thread may be at it. */
	while (object_find_or_refresh(pc, &object) != 0)
		if (shim.is_forked_from_threads)
			return;
	/* libc tells a segment's bounds where there are gaps between them. */
	if (object.dlfo_eh_frame != by_libc->dlfo_eh_frame ||
	    object.dlfo_link_map->l_addr != by_libc->dlfo_link_map->l_addr)
		__builtin_trap();
}

int objects_find(void *pc, struct dl_find_object *ret_object)
{
	int result;

	if (__builtin_expect(find_object == NULL, 0))
		return object_find_or_refresh((uintptr_t)pc, ret_object);
	result = find_object(pc, ret_object);
	if (iterate && result == 0) /* the library that verifies has both, and compares */
		object_verify((uintptr_t)pc, ret_object);
	return result;
}

const ElfW(Ehdr) *object_header(const struct dl_find_object *object)
{
	const ElfW(Ehdr) *header = object->dlfo_map_start;
	size_t mapped = (size_t)((char *)object->dlfo_map_end - (char *)object->dlfo_map_start);

	if (mapped < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phoff + (size_t)header->e_phnum * sizeof(ElfW(Phdr)) > LEDGER_PAGE_SIZE)
		return NULL;
	return header;
}
