/* SPDX-License-Identifier: MIT */
/* From a program counter to a module: the maps of every image, by epoch. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/stack/runtime.h"
#include "judge/stack/stack.h"
#include "model/where.h"

/* One stretch of an image's addresses in a time of its own. */
struct stretch {
	uint64_t start, end, base;
	uint32_t loaded_epoch, unloaded_epoch;
	uint32_t module;
};

struct image_map {
	struct stretch *stretches; /* by start */
	size_t count;
};

/* Modules that came and went at one address; more are not looked through. */
#define OVERLAPS_MAX 64

static const char *hex_of(struct report *report, const uint8_t *bytes, size_t length)
{
	char *text;

	if (length == 0)
		return NULL;
	text = report_alloc(report, length * 2 + 1);
	for (size_t i = 0; i < length; i++) {
		text[i * 2] = "0123456789abcdef"[bytes[i] >> 4];
		text[i * 2 + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return text;
}

static uint64_t text_hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static void module_describe(struct judge *judge, struct module *module, const char *path,
			    const struct ledger_module *record, size_t build_id_length)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	*module = (struct module){
		.path = report_strdup(judge->report, path),
		.build_id = hex_of(judge->report, record->build_id, build_id_length),
		.build_id_bytes = record->build_id,
		.build_id_length = build_id_length,
		.is_shim = text_starts_with(name, "libunclosed.so"),
		.runtime = runtime_of_module(path, name),
		.is_system = path_is_system(path),
		.is_libc = text_starts_with(name, "libc.so") || text_starts_with(name, "libc-2") ||
			   text_starts_with(name, "libpthread") ||
			   text_starts_with(name, "ld-linux"),
	};
	module->name = module->path + (name - path);
}

static uint32_t module_intern(struct judge *judge, const struct ledger_module *record)
{
	size_t length =
		record->build_id_length <= sizeof(record->build_id) ? record->build_id_length : 0;
	const char *path = snapshot_string(judge->snapshot, record->path_ref);
	uint64_t high, low = length;
	uint32_t *number;
	bool is_new;

	if (!path || !path[0])
		path = "?";
	high = text_hash(path);
	for (size_t i = 0; i < length; i++)
		low = hash_mix(low, record->build_id[i]);
	number = lookup_put(&judge->module_by_name, judge->report, high, low, judge->module_count,
			    &is_new);
	if (!is_new)
		return *number;
	judge->modules = array_grow(judge->report, judge->modules, judge->module_count,
				    sizeof(*judge->modules));
	module_describe(judge, &judge->modules[judge->module_count], path, record, length);
	(void)lookup_put(&judge->module_by_path, judge->report,
			 (uintptr_t)judge->modules[judge->module_count].path, 0,
			 judge->module_count, &is_new);
	return judge->module_count++;
}

static int stretch_compare(const void *left, const void *right)
{
	const struct stretch *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->loaded_epoch > b->loaded_epoch) - (a->loaded_epoch < b->loaded_epoch);
}

static void stretch_add(struct judge *judge, struct image_map *map,
			const struct ledger_module *record)
{
	map->stretches =
		array_grow(judge->report, map->stretches, map->count, sizeof(*map->stretches));
	map->stretches[map->count++] = (struct stretch){
		.start = record->start,
		.end = record->end,
		.base = record->base,
		.loaded_epoch = LEDGER_LOAD(record->loaded_epoch),
		.unloaded_epoch = LEDGER_LOAD(record->unloaded_epoch),
		.module = module_intern(judge, record),
	};
}

/* One of the two lists. What is in both is in the map twice, which does no harm. */
static void list_read(struct judge *judge, struct image_map *map, uint32_t ref, bool is_of_gone)
{
	const struct ledger_module *record;
	size_t most = map->count + judge->snapshot->data_bytes / sizeof(*record);

	/* An honest list has a record once, so no more than fit the ledger. */
	while ((record = ledger_at(judge->ledger, ref, sizeof(*record))) && map->count < most &&
	       budget_take(judge, &judge->record_budget, 1)) {
		stretch_add(judge, map, record);
		ref = is_of_gone ? LEDGER_LOAD(record->gone_next_ref)
				 : LEDGER_LOAD(record->next_ref);
	}
}

static void map_read(struct judge *judge, struct image_map *map, uint32_t image_ref)
{
	const struct ledger_image *image = ledger_at(judge->ledger, image_ref, sizeof(*image));

	*map = (struct image_map){ 0 };
	if (!image)
		return;
	list_read(judge, map, LEDGER_LOAD(image->modules_ref), false);
	list_read(judge, map, LEDGER_LOAD(image->gone_ref), true);
	if (map->count)
		qsort(map->stretches, map->count, sizeof(*map->stretches), stretch_compare);
}

static const struct image_map *map_of(struct judge *judge, uint32_t image_ref)
{
	uint32_t number;
	bool is_new;

	number = *lookup_put(&judge->maps_by_image, judge->report, image_ref, 0, judge->map_count,
			     &is_new);
	if (is_new) {
		judge->maps = array_grow(judge->report, judge->maps, judge->map_count,
					 sizeof(*judge->maps));
		map_read(judge, &judge->maps[judge->map_count++], image_ref);
	}
	return &judge->maps[number];
}

/* One behind the last stretch that starts at or below an address. */
static size_t stretch_behind(const struct image_map *map, uint64_t address)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->stretches[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool image_has_module(struct judge *judge, uint32_t image_ref, uint32_t module)
{
	const struct image_map *map = map_of(judge, image_ref);

	for (size_t i = 0; i < map->count; i++)
		if (map->stretches[i].module == module)
			return true;
	return false;
}

struct spot spot_find(struct judge *judge, uint32_t image_ref, uint32_t epoch, uint64_t pc)
{
	const struct image_map *map = map_of(judge, image_ref);
	uint64_t address = pc - 1; /* the call, not what comes after it */
	size_t at = stretch_behind(map, address);

	for (size_t i = 0; i < OVERLAPS_MAX && at > 0; i++) {
		const struct stretch *stretch = &map->stretches[--at];

		if (address < stretch->end && stretch->loaded_epoch <= epoch &&
		    epoch < stretch->unloaded_epoch)
			return (struct spot){ stretch->module, address - stretch->base };
	}
	return (struct spot){ NONE, address };
}
