/* SPDX-License-Identifier: MIT */
/* The table of runtimes, and the questions that the judge asks of all of them alike. */
#include "judge/stack/runtime.h"

#include <string.h>

static const struct runtime_frames *const rows[RUNTIME_COUNT] = {
#define RUNTIME(name, language, title) [RUNTIME_##name] = &runtime_frames_##name,
#include "base/runtimes.def"
#undef RUNTIME
};

const struct runtime_frames *runtime_frames(unsigned int runtime)
{
	return runtime < RUNTIME_COUNT ? rows[runtime] : NULL;
}

enum runtime_id runtime_of_module(const char *path, const char *name)
{
	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++)
		if (rows[i]->has_module(path, name))
			return (enum runtime_id)i;
	return RUNTIME_NONE;
}

bool runtime_owns(const struct judge *judge, const struct place *place, const struct spot *spot)
{
	return runtime_frames(place->runtime)->owns(spot_module(judge, spot));
}

static bool is_shown(const struct judge *judge, enum runtime_id runtime)
{
	for (uint32_t i = 0; i < judge->module_count; i++)
		if (judge->modules[i].is_shown && judge->modules[i].runtime == runtime)
			return true;
	return false;
}

/* The runtime that a sentence of the ledger is about: it begins with its title. */
static enum runtime_id runtime_of_sentence(const char *why)
{
	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++) {
		size_t length = strlen(runtime_title(i));

		if (strncmp(why, runtime_title(i), length) == 0 && why[length] == ' ')
			return (enum runtime_id)i;
	}
	return RUNTIME_NONE;
}

void runtimes_diagnose(struct judge *judge)
{
	struct report *report = judge->report;
	struct lookup said = { 0 };

	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_image *image =
			image_record(judge, judge->images[i].process, NULL);
		enum runtime_id runtime;
		const char *why;
		uint32_t ref;
		bool is_new;

		if (!image)
			continue;
		ref = atomic_load_explicit(&image->interpreter_ref, memory_order_relaxed);
		why = ref ? snapshot_string(judge->snapshot, ref) : NULL;
		runtime = why ? runtime_of_sentence(why) : RUNTIME_NONE;
		if (!runtime || !is_shown(judge, runtime))
			continue;
		(void)lookup_put(&said, report, ref, 0, 0, &is_new);
		if (is_new)
			diagnose(judge, DIAGNOSTIC_NOTE,
				 report_printf(report, "no-%s-frames", runtime_language(runtime)),
				 report_printf(report, "%s; native stacks are shown", why), -1);
	}
}
