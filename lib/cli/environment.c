/* SPDX-License-Identifier: MIT */
/* Makes the environment of PROGRAM: LD_PRELOAD and UNCLOSED_LEDGER. */
#include "cli/environment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

bool is_preloadable(const char *library)
{
	return strpbrk(library, " :$") == NULL;
}

static char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *text_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		exit(complain("no memory for the program's environment"));
	return text;
}

static bool is_variable(const char *entry, const char *name)
{
	size_t length = strlen(name);

	return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static const char *variable_find(char *const *environment, const char *name)
{
	for (; *environment; environment++)
		if (is_variable(*environment, name))
			return *environment + strlen(name) + 1;
	return NULL;
}

/* Is the first library of an LD_PRELOAD value a sanitizer's? Returns its length, or 0. */
static size_t sanitizer_length(const char *preload)
{
	static const char *const names[] = { "libasan.so", "libtsan.so", "libhwasan.so" };
	size_t length = strcspn(preload, " :");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *found = strstr(preload, names[i]);

		if (found && found < preload + length)
			return length;
	}
	return 0;
}

static char *preload_make(const char *given, const char *sanitizer, const char *library)
{
	size_t first = given ? sanitizer_length(given) : 0;

	if (!given || !*given)
		return text_format("LD_PRELOAD=%s%s%s", sanitizer, *sanitizer ? ":" : "", library);
	if (first)
		return text_format("LD_PRELOAD=%.*s:%s%s", (int)first, given, library,
				   given + first);
	return text_format("LD_PRELOAD=%s%s%s:%s", sanitizer, *sanitizer ? ":" : "", library,
			   given);
}

char **environment_make(char *const *environment, const struct coverage *coverage,
			const char *library, const char *ledger_path, uint64_t number)
{
	const char *preload = variable_find(environment, "LD_PRELOAD");
	bool is_preloaded = coverage->is_preload_harmless;
	size_t count = 0, kept = 0;
	char **made;

	while (environment[count])
		count++;
	made = calloc(count + 3, sizeof(*made));
	if (!made)
		exit(complain("no memory for the program's environment"));
	for (size_t i = 0; i < count; i++)
		if (!is_variable(environment[i], "UNCLOSED_LEDGER") &&
		    !(is_preloaded && is_variable(environment[i], "LD_PRELOAD")))
			made[kept++] = environment[i];
	if (is_preloaded)
		made[kept++] = preload_make(preload, coverage->elf.sanitizer, library);
	made[kept] =
		text_format("UNCLOSED_LEDGER=%s:%llu", ledger_path, (unsigned long long)number);
	return made;
}

void environment_free(char **made, char *const *environment)
{
	for (char **entry = made; *entry; entry++) {
		char *const *original = environment;

		while (*original && *original != *entry)
			original++;
		if (!*original)
			free(*entry);
	}
	free(made);
}

const char *environment_get(const char *name)
{
	return getenv(name);
}
