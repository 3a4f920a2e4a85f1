/* SPDX-License-Identifier: MIT */
/* Where the backtraces of a program are, whichever of its processes made them. */
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/walk.h"

struct ledger_home *ledger_home_at(struct ledger *ledger, uint32_t ref)
{
	return ledger_at(ledger, ref, sizeof(struct ledger_home));
}

static struct ledger_module *module_at(struct ledger *ledger, uint32_t ref)
{
	return ledger_at(ledger, ref, sizeof(struct ledger_module));
}

/* The same text may have been stored twice. */
static bool is_same_text(struct ledger *ledger, uint32_t one_ref, uint32_t other_ref)
{
	const struct ledger_string *one, *other;

	if (one_ref == other_ref)
		return true;
	one = ledger_string_at(ledger, one_ref);
	other = ledger_string_at(ledger, other_ref);
	return one && other && one->length == other->length && !one->is_truncated &&
	       memcmp(one->bytes, other->bytes, one->length) == 0;
}

static ledger_u32 *list_of(struct ledger *ledger, uint32_t exe_ref)
{
	const struct ledger_string *name = ledger_string_at(ledger, exe_ref);
	uint32_t hash = 0;

	if (!name)
		return NULL;
	for (uint32_t i = 0; i < name->length; i++)
		hash = hash * 31 + (uint8_t)name->bytes[i];
	return &ledger->header->homes[hash % LEDGER_HOMES_LISTS];
}

/* Look through a list from `ref` up to, not including, `end`. */
static uint32_t home_find(struct ledger *ledger, uint32_t ref, uint32_t end, uint32_t exe_ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_home *home;

	while (ref != end && (home = ledger_home_at(ledger, ref)) && walk_goes_on(&walk, ref)) {
		if (is_same_text(ledger, home->image.exe_ref, exe_ref))
			return ref;
		ref = home->next_ref;
	}
	return 0;
}

uint32_t ledger_home_of(struct ledger *ledger, uint32_t exe_ref)
{
	ledger_u32 *list = list_of(ledger, exe_ref);
	uint32_t first, searched = 0, found, ref = 0;
	struct ledger_home *home = NULL;

	if (!list)
		return 0;
	first = atomic_load_explicit(list, memory_order_acquire);
	do {
		/* Only what was put in front meanwhile can be the same; the record is lost then. */
		found = home_find(ledger, first, searched, exe_ref);
		if (found)
			return found;
		if (!home)
			ref = ledger_near_alloc(ledger, sizeof(*home));
		home = ledger_home_at(ledger, ref);
		if (!home)
			return 0;
		home->image.exe_ref = exe_ref;
		home->next_ref = searched = first;
	} while (!atomic_compare_exchange_weak_explicit(list, &first, ref, memory_order_release,
							memory_order_acquire));
	return ref;
}

static bool is_same_object(struct ledger *ledger, const struct ledger_module *one,
			   const struct ledger_module *other)
{
	return one->layout == other->layout && one->end - one->start == other->end - other->start &&
	       one->start - one->base == other->start - other->base &&
	       one->build_id_length == other->build_id_length &&
	       memcmp(one->build_id, other->build_id, sizeof(one->build_id)) == 0 &&
	       is_same_text(ledger, one->path_ref, other->path_ref);
}

static uint32_t module_find(struct ledger *ledger, uint32_t ref, uint32_t end,
			    const struct ledger_module *wanted)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_module *module;

	while (ref != end && (module = module_at(ledger, ref)) && walk_goes_on(&walk, ref)) {
		if (is_same_object(ledger, module, wanted))
			return ref;
		ref = LEDGER_LOAD(module->next_ref);
	}
	return 0;
}

/* As it is loaded in a process, but for where. */
static void module_settle(struct ledger_module *module, uint32_t ref,
			  const struct ledger_module *in_process)
{
	module->path_ref = in_process->path_ref;
	atomic_store_explicit(&module->unloaded_epoch, UINT32_MAX, memory_order_relaxed);
	module->start = ledger_home_address(ref);
	module->end = module->start + (in_process->end - in_process->start);
	module->base = module->start - (in_process->start - in_process->base);
	module->build_id_length = in_process->build_id_length;
	memcpy(module->build_id, in_process->build_id, sizeof(module->build_id));
	module->layout = in_process->layout;
}

uint32_t ledger_home_module(struct ledger *ledger, uint32_t home_ref,
			    const struct ledger_module *in_process)
{
	struct ledger_home *home = ledger_home_at(ledger, home_ref);
	uint32_t first, searched = 0, found, ref = 0;
	struct ledger_module *module = NULL;

	/* No two may overlap. */
	if (!home || in_process->end - in_process->start >= UINT32_MAX)
		return 0;
	first = atomic_load_explicit(&home->image.modules_ref, memory_order_acquire);
	do {
		found = module_find(ledger, first, searched, in_process);
		if (found)
			return found;
		if (!module)
			ref = ledger_near_alloc(ledger, sizeof(*module));
		module = module_at(ledger, ref);
		if (!module)
			return 0;
		module_settle(module, ref, in_process);
		searched = first;
		LEDGER_STORE(module->next_ref, first);
	} while (!atomic_compare_exchange_weak_explicit(
		&home->image.modules_ref, &first, ref, memory_order_release, memory_order_acquire));
	return ref;
}

/* A return address may be the first one behind its object: the call is what lies in it. */
static bool has_call(const struct ledger_module *module, uint64_t pc)
{
	return pc - 1 - module->start < module->end - module->start;
}

/* The object, loaded now, that a counter of a process lies in; one that is at home, too. */
static const struct ledger_module *module_of(struct ledger *ledger,
					     const struct ledger_image *image, uint64_t pc)
{
	const struct ledger_module *module;
	uint32_t ref = atomic_load_explicit(&image->modules_ref, memory_order_acquire);
	struct ledger_walk walk = { 0 };

	for (; (module = module_at(ledger, ref)) && walk_goes_on(&walk, ref);
	     ref = LEDGER_LOAD(module->next_ref))
		if (module->home_ref && has_call(module, pc) && ledger_module_is_loaded(module))
			return module;
	return NULL;
}

/* Most frames lie in the object of the one before. */
static const struct ledger_module *module_next(struct ledger *ledger,
					       const struct ledger_image *image, uint64_t pc,
					       const struct ledger_module *before)
{
	return before && has_call(before, pc) ? before : module_of(ledger, image, pc);
}

static uint64_t pc_at_home(const struct ledger_module *module, uint64_t pc)
{
	return pc - module->start + ledger_home_address(module->home_ref);
}

bool ledger_pcs_to_home(struct ledger *ledger, const struct ledger_image *image, uint64_t *pcs,
			unsigned int depth)
{
	const struct ledger_module *module = NULL;

	for (unsigned int i = 0; i < depth; i++) {
		module = module_next(ledger, image, pcs[i], module);
		if (!module)
			return false;
	}
	for (unsigned int i = 0; i < depth && module; i++) {
		module = module_next(ledger, image, pcs[i], module);
		if (module) /* else it has just been unloaded under a frame that runs in it */
			pcs[i] = pc_at_home(module, pcs[i]);
	}
	return module != NULL;
}

uint64_t ledger_pc_in_process(struct ledger *ledger, const struct ledger_image *image, uint64_t pc)
{
	uint32_t home_ref = (uint32_t)((pc - 1) >> 32) & INT32_MAX;
	const struct ledger_module *module;
	uint32_t ref = atomic_load_explicit(&image->modules_ref, memory_order_acquire);
	struct ledger_walk walk = { 0 };

	if (!(pc & LEDGER_HOME_BIT))
		return pc;
	for (; (module = module_at(ledger, ref)) && walk_goes_on(&walk, ref);
	     ref = LEDGER_LOAD(module->next_ref))
		if (module->home_ref == home_ref && ledger_module_is_loaded(module))
			return pc - ledger_home_address(home_ref) + module->start;
	return 0;
}

bool ledger_stack_is_walk(struct ledger *ledger, const struct ledger_image *image,
			  const struct ledger_stack *stack, const uint64_t *pcs, unsigned int depth)
{
	const struct ledger_module *module = NULL;

	if (stack->depth > depth)
		return false;
	for (unsigned int i = 0; i < stack->depth; i++) {
		uint64_t pc = pcs[i];

		if (stack->pcs[i] & LEDGER_HOME_BIT) {
			module = module_next(ledger, image, pc, module);
			if (!module)
				return false;
			pc = pc_at_home(module, pc);
		}
		if (stack->pcs[i] != pc)
			return false;
	}
	return true;
}
