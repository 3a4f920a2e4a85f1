/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that a test framework opens for itself: its process may end
 * without closing them, and no test is to blame.
 */
#include <string.h>

#include "judge/stack/stack.h"

static const struct {
	const char *library;
	const char *below[3]; /* libraries that it opens by, NULL at the end */
} harnesses[] = {
	{ "libcriterion.so", { "libnanomsg.so", "libboxfort.so", NULL } },
};

#define HARNESSES (sizeof(harnesses) / sizeof(harnesses[0]))

static bool is_library(const struct module *module, const char *name)
{
	return strncmp(module->name, name, strlen(name)) == 0;
}

static bool is_below(const struct module *module, const char *const *names)
{
	for (; *names; names++)
		if (is_library(module, *names))
			return true;
	return false;
}

/* From the innermost frame outwards: nothing but its libraries, up to the framework itself. */
static bool place_is_of(const struct judge *judge, const struct place *place, size_t harness)
{
	for (size_t i = 0; i < place->spot_count; i++) {
		const struct module *module = spot_module(judge, &place->spots[i]);

		if (!module)
			return false;
		if (is_library(module, harnesses[harness].library))
			return true;
		if (!is_below(module, harnesses[harness].below))
			return false;
	}
	return false;
}

bool place_is_harness(const struct judge *judge, uint32_t place)
{
	for (size_t i = 0; place != NONE && i < HARNESSES; i++)
		if (place_is_of(judge, &judge->places[place], i))
			return true;
	return false;
}
