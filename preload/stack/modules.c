/* SPDX-License-Identifier: MIT */
/* The list of loaded objects in the ledger, with their build-ids. */
#include "stack/modules.h"

#include <string.h>

#include "libc/objects.h"
#include "shim/names.h"
#include "shim/state.h"
#include "stack/capture.h"
#include "stack/frame_pointers.h"
#include "stack/runtime.h"

static bool object_find(uint64_t pc, struct dl_find_object *ret_object)
{
	return objects_find((void *)pc, ret_object) == 0;
}

static const ElfW(Phdr) *header_segments(const ElfW(Ehdr) *header)
{
	return (const ElfW(Phdr) *)((uintptr_t)header + header->e_phoff);
}

/* Look for the build-id among the notes of one PT_NOTE segment. */
static void note_read_build_id(const uint8_t *at, size_t size, struct ledger_module *module)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		size_t name_size = (note->n_namesz + 3u) & ~3u;
		size_t total = sizeof(*note) + name_size + ((note->n_descsz + 3u) & ~3u);

		if (total > size)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    memcmp(note + 1, "GNU", 4) == 0 &&
		    note->n_descsz <= sizeof(module->build_id)) {
			module->build_id_length = note->n_descsz;
			memcpy(module->build_id, at + sizeof(*note) + name_size, note->n_descsz);
			return;
		}
		at += total;
		size -= total;
	}
}

static void module_read_build_id(const struct dl_find_object *object, struct ledger_module *module)
{
	const ElfW(Ehdr) *header = object_header(object);
	const ElfW(Phdr) *segments = header ? header_segments(header) : NULL;

	for (unsigned int i = 0; header && i < header->e_phnum; i++) {
		uint64_t start = module->base + segments[i].p_vaddr;

		if (segments[i].p_type == PT_NOTE && start >= module->start &&
		    start + segments[i].p_memsz <= module->end && !module->build_id_length)
			note_read_build_id((const uint8_t *)start, segments[i].p_memsz, module);
	}
}

/*
 * What tells two builds of a program apart that have no build-id: what lies where in the
 * file, the end of all sections included.
 */
static uint32_t layout_hash(const struct dl_find_object *object)
{
	const ElfW(Ehdr) *header = object_header(object);
	const uint8_t *bytes = (const uint8_t *)header;
	size_t length = header ? sizeof(*header) : 0;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	bytes = header ? (const uint8_t *)header_segments(header) : NULL;
	length = header ? header->e_phnum * sizeof(ElfW(Phdr)) : 0;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

/* Where the backtraces of this process are put; 0: they are its image's. */
static uint32_t home_ref(void)
{
	if (shim.ledger.header->keeps_all || runtimes_are_met())
		return 0;
	if (!shim.home_ref)
		shim.home_ref = ledger_home_of(&shim.ledger, shim.image->exe_ref);
	return shim.home_ref;
}

static struct ledger_module *module_at(uint32_t ref)
{
	return ledger_at(&shim.ledger, ref, sizeof(struct ledger_module));
}

static bool module_is_loaded(const struct ledger_module *module)
{
	return atomic_load_explicit(&module->unloaded_epoch, memory_order_relaxed) == UINT32_MAX;
}

static bool module_is_known(uint64_t pc)
{
	uint32_t ref = atomic_load_explicit(&shim.image->modules_ref, memory_order_acquire);

	for (struct ledger_module *module = module_at(ref); module;
	     module = module_at(module->next_ref))
		if (pc >= module->start && pc < module->end && module_is_loaded(module))
			return true;
	return false;
}

/* Two threads may add the same module; the reader takes either. */
static void module_add(const struct dl_find_object *object)
{
	const char *path = object->dlfo_link_map->l_name;
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(struct ledger_module));
	struct ledger_module *module = module_at(ref);
	ledger_u32 *head = &shim.image->modules_ref;
	uint32_t first = atomic_load_explicit(head, memory_order_relaxed);

	if (!module)
		return;
	module->path_ref = path[0] ? ledger_name_add(&shim.ledger, path, strlen(path)) :
				     shim.image->exe_ref;
	module->loaded_epoch = atomic_load_explicit(&shim.image->epoch, memory_order_relaxed);
	atomic_store_explicit(&module->unloaded_epoch, UINT32_MAX, memory_order_relaxed);
	module->start = (uintptr_t)object->dlfo_map_start;
	module->end = (uintptr_t)object->dlfo_map_end;
	module->base = object->dlfo_link_map->l_addr;
	module_read_build_id(object, module);
	module->layout = layout_hash(object);
	module->home_ref = ledger_home_module(&shim.ledger, home_ref(), module);
	do
		module->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(head, &first, ref, memory_order_release,
						      memory_order_relaxed));
	runtimes_meet(object);
}

void modules_note(const uint64_t *pcs, unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++) {
		struct dl_find_object object;

		/* pc - 1: a call that never returns may be the last instruction of its object. */
		if (!module_is_known(pcs[i] - 1) && object_find(pcs[i] - 1, &object))
			module_add(&object);
	}
}

uint32_t modules_go_home(uint64_t *pcs, unsigned int depth)
{
	uint32_t home = home_ref();

	return home && ledger_pcs_to_home(&shim.ledger, shim.image, pcs, depth) ? home : 0;
}

void modules_sweep(void)
{
	ledger_u32 *epoch = &shim.image->epoch;
	uint32_t ref = atomic_load_explicit(&shim.image->modules_ref, memory_order_acquire);
	uint32_t next = atomic_load_explicit(epoch, memory_order_relaxed) + 1;
	bool is_any_gone = false;

	for (struct ledger_module *module = module_at(ref); module;
	     module = module_at(module->next_ref)) {
		struct dl_find_object object;

		if (!module_is_loaded(module) ||
		    (object_find(module->start, &object) &&
		     object.dlfo_link_map->l_addr == module->base))
			continue;
		atomic_store_explicit(&module->unloaded_epoch, next, memory_order_relaxed);
		is_any_gone = true;
	}
	if (is_any_gone) {
		atomic_store_explicit(epoch, next, memory_order_release);
		unwinder_libunwind_flush();
		chain_forget();
		rules_forget();
		runtimes_sweep();
	}
}

int modules_iterate_for_unwinder(int (*callback)(struct dl_phdr_info *, size_t, void *), void *data)
{
	struct dl_find_object object;
	const ElfW(Ehdr) *header;
	struct dl_phdr_info info = { 0 };

	if (!object_find(*(const uintptr_t *)data, &object))
		return 0;
	header = object_header(&object);
	if (!header)
		return 0;
	info.dlpi_addr = object.dlfo_link_map->l_addr;
	info.dlpi_name = object.dlfo_link_map->l_name;
	info.dlpi_phdr = header_segments(header);
	info.dlpi_phnum = header->e_phnum;
	return callback(&info, sizeof(info), data);
}
