/* SPDX-License-Identifier: MIT */
/* The model program: model ARENA LANE. Run by the driver, and by itself after an exec. */
#include "model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/raw.h"

struct model model;

static struct shadow shadow;

/* The ledger's path and our index in it, as the shim of this image was told. */
static bool ledger_find(void)
{
	const char *variable = getenv("UNCLOSED_LEDGER");
	const char *colon = variable ? strrchr(variable, ':') : NULL;
	char path[256];

	if (!colon || (size_t)(colon - variable) >= sizeof(path))
		return false;
	memcpy(path, variable, (size_t)(colon - variable));
	path[colon - variable] = '\0';
	shadow.process = (uint32_t)strtoul(colon + 1, NULL, 10);
	return ledger_attach(&model.ledger, path) == 0;
}

int main(int argc, char **argv)
{
	struct lane *lane;

	if (argc != 3)
		return 2;
	model.program = argv[0];
	model.arena_path = argv[1];
	model.arena = arena_map(argv[1]);
	if (!model.arena)
		return 2;
	model.shadow = &shadow;
	lane = &model.arena->lanes[strtoul(argv[2], NULL, 10) % LANES];
	if (lane->has_shadow) {
		shadow = lane->shadow;
		lane->has_shadow = 0;
	} else {
		shadow.steps = model.arena->steps;
		compare_begin();
	}
	if (!ledger_find()) {
		model_fail("no ledger; is the library preloaded?");
		return 2;
	}
	shadow.actors[0].tid = (uint32_t)raw0(SYS_gettid);
	signals_install();
	if (model.arena->threads)
		threads_run();
	life_run();
}
