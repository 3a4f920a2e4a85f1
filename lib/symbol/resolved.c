/* SPDX-License-Identifier: MIT */
/* What the addresses of a module came to: each is worked out once and kept. */
#include "symbol/resolved.h"

#include <search.h>
#include <stdlib.h>

#include "symbol/frame.h"

static int resolved_compare(const void *left, const void *right)
{
	const struct resolved *a = left, *b = right;

	return a->address < b->address ? -1 : a->address > b->address;
}

const struct resolved *resolved_recall(struct module *module, uint64_t address)
{
	struct resolved key = { .address = address };
	struct resolved **found = tfind(&key, &module->by_address, resolved_compare);

	return found ? *found : NULL;
}

const struct resolved *resolved_make(struct module *module, uint64_t address)
{
	struct resolved *resolved = calloc(1, sizeof(*resolved));

	if (!resolved)
		return NULL;
	resolved->address = address;
	resolved->count = 1;
	resolved->frames = arena_take(module->arena, sizeof(*resolved->frames));
	if (!resolved->frames || !tsearch(resolved, &module->by_address, resolved_compare)) {
		free(resolved);
		return NULL;
	}
	if (module->dwfl) {
		module_rights_begin(module);
		frames_fill(module, resolved);
		module_rights_end(module);
	}
	return resolved;
}
