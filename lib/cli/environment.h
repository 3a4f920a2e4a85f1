/* SPDX-License-Identifier: MIT */
/*
 * The environment of PROGRAM: ours, with LD_PRELOAD and UNCLOSED_LEDGER.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_ENVIRONMENT_H
#define UNCLOSED_CLI_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "judge/process/coverage.h"

/* Can the loader take this path in LD_PRELOAD? It splits at blanks and colons, and expands '$'. */
bool is_preloadable(const char *library);

/*
 * A copy of `environment` for the program that `number` is for, its process entry and
 * settings (base/settings.h). The shim
 * comes first in LD_PRELOAD, but behind a sanitizer's runtime, which insists on
 * that place; where preloading would change what the program does
 * (coverage->is_preload_harmless) it is left out. Never NULL.
 */
char **environment_make(char *const *environment, const struct coverage *coverage,
			const char *library, const char *ledger_path, uint64_t number);

/* Free what was made from `environment`. */
void environment_free(char **made, char *const *environment);

/* getenv() for the judge: PROGRAM's environment is made of ours. */
const char *environment_get(const char *name);

#endif
