/* SPDX-License-Identifier: MIT */
/* The lists of an image's objects: those that are loaded, and those that were unloaded. */
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/walk.h"

/* Unloaded objects that are looked through at most: 5 µs, where a dlopen() takes 30. */
#define GONE_MOST 256

/* Others put objects in front while the list is gone through: it is begun again as often. */
#define STARTS_MOST 1024

static struct ledger_module *module_at(struct ledger *ledger, uint32_t ref)
{
	return ledger_at(ledger, ref, sizeof(struct ledger_module));
}

/* Put it in front of a list, by the word that links that list. */
static void push(ledger_u32 *head, ledger_u32 *link, uint32_t ref)
{
	uint32_t first = atomic_load_explicit(head, memory_order_relaxed);

	do
		LEDGER_STORE(*link, first);
	while (!atomic_compare_exchange_weak_explicit(head, &first, ref, memory_order_release,
						      memory_order_relaxed));
}

void ledger_module_add(struct ledger *ledger, struct ledger_image *image, uint32_t ref)
{
	struct ledger_module *module = module_at(ledger, ref);

	if (module)
		push(&image->modules_ref, &module->next_ref, ref);
}

/*
 * Out of the list of the loaded, in which `*link` leads to it. It is among the gone before: who
 * reads finds it in either. False: others were put in front of it meanwhile.
 */
static bool module_drop(struct ledger_image *image, ledger_u32 *link, struct ledger_module *module,
			uint32_t ref)
{
	uint32_t expected = ref;

	if (!(LEDGER_LOAD(module->place) & MODULE_AMONG_GONE)) {
		atomic_fetch_or(&module->place, MODULE_AMONG_GONE);
		push(&image->gone_ref, &module->gone_next_ref, ref);
	}
	if (!atomic_compare_exchange_strong(link, &expected, LEDGER_LOAD(module->next_ref)))
		return false;
	atomic_fetch_or_explicit(&module->place, MODULE_DROPPED, memory_order_release);
	return true;
}

/* Who dies here leaves the mark behind: then the list stays as long as it is. */
void ledger_modules_drop(struct ledger *ledger, struct ledger_image *image)
{
	ledger_u32 *link = &image->modules_ref;
	struct ledger_walk walk = { 0 };
	struct ledger_module *module;
	uint32_t nobody = 0, ref, starts = 0;

	if (!atomic_compare_exchange_strong(&image->drops_modules, &nobody, 1))
		return;
	while ((module = module_at(ledger, ref = atomic_load(link)))) {
		if (!walk_goes_on(&walk, ref))
			break;
		if (ledger_module_is_loaded(module)) {
			link = &module->next_ref;
		} else if (!module_drop(image, link, module, ref)) {
			if (++starts == STARTS_MOST)
				break;
			link = &image->modules_ref;
			walk = (struct ledger_walk){ 0 };
		}
	}
	atomic_store(&image->drops_modules, 0);
}

/* What was unloaded and overlaps; `ref` is where to look on from, and is left behind it. */
static struct ledger_module *overlapped_next(struct ledger *ledger, uint32_t *ref,
					     unsigned int *count, uint64_t start, uint64_t end)
{
	struct ledger_module *module;

	while ((*count)++ < GONE_MOST && (module = module_at(ledger, *ref))) {
		*ref = LEDGER_LOAD(module->gone_next_ref);
		if (!ledger_module_is_loaded(module) && module->start < end && start < module->end)
			return module;
	}
	return NULL;
}

void ledger_modules_evict(struct ledger *ledger, struct ledger_image *image, uint64_t start,
			  uint64_t end, bool is_object)
{
	struct ledger_module *module;
	uint32_t ref = atomic_load_explicit(&image->gone_ref, memory_order_acquire), epoch = 0;
	unsigned int count = 0;

	while ((module = overlapped_next(ledger, &ref, &count, start, end))) {
		bool is_last = LEDGER_LOAD(module->unloaded_epoch) == UINT32_MAX;

		/* An object begins in an epoch of its own: in this one there may have been others. */
		if (epoch == 0 && (is_last || is_object))
			epoch = LEDGER_COUNT(image->epoch) + 1;
		if (is_last)
			LEDGER_STORE(module->unloaded_epoch, epoch);
	}
}

static bool is_same(const struct ledger_module *one, const struct ledger_module *other)
{
	return one->start == other->start && one->end == other->end && one->base == other->base &&
	       one->layout == other->layout && one->path_ref == other->path_ref &&
	       one->build_id_length == other->build_id_length &&
	       memcmp(one->build_id, other->build_id, sizeof(one->build_id)) == 0;
}

/* It is at its place again. Was anything else there meanwhile, that a backtrace may tell of? */
static bool module_return(struct ledger *ledger, struct ledger_image *image,
			  struct ledger_module *module)
{
	if (LEDGER_LOAD(module->unloaded_epoch) == UINT32_MAX)
		return true;
	/* All backtraces are at home, where epochs do not count. */
	if (LEDGER_LOAD(image->stack_count) != 0)
		return false;
	ledger_modules_evict(ledger, image, module->start, module->end, true);
	LEDGER_STORE(module->loaded_epoch, LEDGER_LOAD(image->epoch));
	LEDGER_STORE(module->unloaded_epoch, UINT32_MAX);
	return true;
}

bool ledger_module_again(struct ledger *ledger, struct ledger_image *image,
			 const struct ledger_module *wanted)
{
	uint32_t ref = atomic_load_explicit(&image->gone_ref, memory_order_acquire);
	struct ledger_module *module;

	for (unsigned int i = 0; i < GONE_MOST && (module = module_at(ledger, ref)); i++) {
		uint32_t place = MODULE_UNLOADED | MODULE_AMONG_GONE | MODULE_DROPPED;

		/* One of two that come at once; the other makes a record. */
		if (is_same(module, wanted) &&
		    atomic_compare_exchange_strong(&module->place, &place, MODULE_AMONG_GONE)) {
			if (module_return(ledger, image, module)) {
				ledger_module_add(ledger, image, ref);
				return true;
			}
			atomic_store(&module->place, place);
		}
		ref = LEDGER_LOAD(module->gone_next_ref);
	}
	return false;
}

void ledger_modules_free(struct ledger *ledger, const struct ledger_image *image)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_module *module;
	uint32_t ref = LEDGER_LOAD(image->modules_ref);

	/* What is in both lists is freed with the second. */
	while ((module = module_at(ledger, ref)) && walk_goes_on(&walk, ref)) {
		uint32_t next_ref = LEDGER_LOAD(module->next_ref);

		if (!(LEDGER_LOAD(module->place) & MODULE_AMONG_GONE))
			ledger_record_free(ledger, ref, sizeof(*module));
		ref = next_ref;
	}
	ref = LEDGER_LOAD(image->gone_ref);
	walk = (struct ledger_walk){ 0 };
	while ((module = module_at(ledger, ref)) && walk_goes_on(&walk, ref)) {
		uint32_t next_ref = LEDGER_LOAD(module->gone_next_ref);

		ledger_record_free(ledger, ref, sizeof(*module));
		ref = next_ref;
	}
}
