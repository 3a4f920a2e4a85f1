/* SPDX-License-Identifier: MIT */
/*
 * Runtimes of languages whose frames no unwinder sees, from the table in runtimes.def.
 *
 * Layer: base. Context: target and tool; no function here allocates or calls
 * the system.
 */
#ifndef UNCLOSED_BASE_RUNTIMES_H
#define UNCLOSED_BASE_RUNTIMES_H

enum runtime_id {
	RUNTIME_NONE,
#define RUNTIME(name, language, title) RUNTIME_##name,
#include "base/runtimes.def"
#undef RUNTIME
	RUNTIME_COUNT
};

/* The language of a runtime's functions ("python"); "" for a number that is not a runtime's. */
const char *runtime_language(unsigned int runtime);

/* The name of a runtime in a sentence ("Python"); "" as above. */
const char *runtime_title(unsigned int runtime);

/* The runtime of a language by the name above; RUNTIME_NONE for NULL and for all others. */
enum runtime_id runtime_of_language(const char *language);

#endif
