/* SPDX-License-Identifier: MIT */
/* The names and titles of runtimes of languages, from runtimes.def. */
#include "base/runtimes.h"

#include <string.h>

/* Text, not pointers to it: those the loader would have to relocate in every process. */
static const struct {
	char language[16];
	char title[16];
} runtimes[RUNTIME_COUNT] = {
#define RUNTIME(name, language, title) [RUNTIME_##name] = { language, title },
#include "base/runtimes.def"
#undef RUNTIME
};

const char *runtime_language(unsigned int runtime)
{
	return runtimes[runtime < RUNTIME_COUNT ? runtime : RUNTIME_NONE].language;
}

const char *runtime_title(unsigned int runtime)
{
	return runtimes[runtime < RUNTIME_COUNT ? runtime : RUNTIME_NONE].title;
}

enum runtime_id runtime_of_language(const char *language)
{
	for (unsigned int i = RUNTIME_NONE + 1; language && i < RUNTIME_COUNT; i++)
		if (strcmp(runtimes[i].language, language) == 0)
			return (enum runtime_id)i;
	return RUNTIME_NONE;
}
