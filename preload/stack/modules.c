/* SPDX-License-Identifier: MIT */
/* The list of loaded objects in the ledger, with their build-ids. */
#include "stack/modules.h"

#include <string.h>

#include "ledger/walk.h"
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
	/* Why a runtime's frames are not read is said of a process. */
	if (shim.ledger.header->keeps_all || LEDGER_LOAD(shim.image->interpreter_ref))
		return 0;
	if (!shim.home_ref)
		shim.home_ref = ledger_home_of(&shim.ledger, shim.image->exe_ref);
	return shim.home_ref;
}

static struct ledger_module *module_at(uint32_t ref)
{
	return ledger_at(&shim.ledger, ref, sizeof(struct ledger_module));
}

static bool module_is_known(uint64_t pc)
{
	uint32_t ref = atomic_load_explicit(&shim.image->modules_ref, memory_order_acquire);
	struct ledger_walk walk = { 0 };
	const struct ledger_module *module;

	for (; (module = module_at(ref)) && walk_goes_on(&walk, ref);
	     ref = LEDGER_LOAD(module->next_ref))
		if (pc >= module->start && pc < module->end && ledger_module_is_loaded(module))
			return true;
	return false;
}

/* All but where it is in lists, and its home. */
static void module_describe(const struct dl_find_object *object, struct ledger_module *module)
{
	const char *path = object->dlfo_link_map->l_name;

	module->path_ref =
		path[0] ? ledger_name_add(&shim.ledger, path, strlen(path)) : shim.image->exe_ref;
	module->start = (uintptr_t)object->dlfo_map_start;
	module->end = (uintptr_t)object->dlfo_map_end;
	module->base = object->dlfo_link_map->l_addr;
	module_read_build_id(object, module);
	module->layout = layout_hash(object);
}

/* Two threads may add the same module; the reader takes either. */
static void module_add(const struct dl_find_object *object)
{
	struct ledger_module described = { .next_ref = 0 };
	struct ledger_module *module;
	uint32_t ref;

	module_describe(object, &described);
	runtimes_meet(object);
	if (ledger_module_again(&shim.ledger, shim.image, &described))
		return;
	ledger_modules_evict(&shim.ledger, shim.image, described.start, described.end, true);
	ref = ledger_record_alloc(&shim.ledger, sizeof(*module));
	module = module_at(ref);
	if (!module)
		return;
	module_describe(object, module);
	LEDGER_STORE(module->loaded_epoch, LEDGER_LOAD(shim.image->epoch));
	LEDGER_STORE(module->unloaded_epoch, UINT32_MAX);
	module->home_ref = ledger_home_module(&shim.ledger, home_ref(), module);
	ledger_module_add(&shim.ledger, shim.image, ref);
}

void modules_note(const uint64_t *pcs, unsigned int depth)
{
	for (unsigned int i = 0; i < depth; i++) {
		struct dl_find_object object;

		/* pc - 1: a call that never returns may be the last instruction of its object. */
		if (module_is_known(pcs[i] - 1))
			continue;
		if (object_find(pcs[i] - 1, &object))
			module_add(&object);
		else
			ledger_modules_evict(&shim.ledger, shim.image, pcs[i] - 1, pcs[i], false);
	}
}

uint32_t modules_go_home(uint64_t *pcs, unsigned int depth)
{
	uint32_t home = home_ref();

	return home && ledger_pcs_to_home(&shim.ledger, shim.image, pcs, depth) ? home : 0;
}

void modules_sweep(void)
{
	uint32_t ref = atomic_load_explicit(&shim.image->modules_ref, memory_order_acquire);
	bool is_any_gone = false;
	struct ledger_walk walk = { 0 };
	struct ledger_module *module;

	for (; (module = module_at(ref)) && walk_goes_on(&walk, ref);
	     ref = LEDGER_LOAD(module->next_ref)) {
		struct dl_find_object object;

		if (!ledger_module_is_loaded(module) ||
		    (object_find(module->start, &object) &&
		     object.dlfo_link_map->l_addr == module->base))
			continue;
		atomic_fetch_or_explicit(&module->place, MODULE_UNLOADED, memory_order_relaxed);
		is_any_gone = true;
	}
	if (is_any_gone) {
		atomic_fetch_add_explicit(&shim.unloads, 1, memory_order_release);
		ledger_modules_drop(&shim.ledger, shim.image);
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
