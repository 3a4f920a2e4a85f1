/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <string.h>

#include "base/text.h"
#include "state.h"

#define PRELOAD_VARIABLE "LD_PRELOAD="

/* A 32-bit index and a '\0'. */
#define INDEX_SIZE 11

const char *environment_find(char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, length) == 0)
			return *environment + length;
	return NULL;
}

bool environment_joins(char *const *environment)
{
	const char *options = environment_find(environment, OPTIONS_VARIABLE);
	const char *ledger = environment_find(environment, LEDGER_VARIABLE);
	size_t length = strlen(shim.ledger_path);

	if (options && strcmp(options, "off") == 0)
		return false;
	return !ledger || (strncmp(ledger, shim.ledger_path, length) == 0 && ledger[length] == ':');
}

static size_t environment_count(char *const *environment)
{
	size_t count = 0;

	while (environment && environment[count])
		count++;
	return count;
}

static size_t preload_size(const char *preload)
{
	return sizeof(PRELOAD_VARIABLE) + strlen(shim.library_path) + 1 +
	       (preload ? strlen(preload) : 0);
}

size_t environment_repair_size(char *const *environment)
{
	const char *preload = environment_find(environment, PRELOAD_VARIABLE);

	return (environment_count(environment) + 3) * sizeof(char *) + preload_size(preload) +
	       sizeof(LEDGER_VARIABLE) + strlen(shim.ledger_path) + 1 + INDEX_SIZE;
}

/* Is our library among those of an LD_PRELOAD value, which blanks or colons separate? */
static bool preload_has_us(const char *preload)
{
	size_t length = strlen(shim.library_path);

	for (const char *at = preload; (at = strstr(at, shim.library_path)) != NULL; at += length) {
		bool starts = at == preload || strchr(": ", at[-1]);

		if (starts && strchr(": ", at[length])) /* also finds the '\0' */
			return true;
	}
	return false;
}

/* LD_PRELOAD with us in it. Ours goes last: a sanitizer's runtime must come first. */
static char *preload_write(const char *preload, char *at, size_t size)
{
	struct text text;

	text_init(&text, at, size);
	text_add(&text, PRELOAD_VARIABLE);
	if (preload && *preload) {
		text_add(&text, preload);
		if (preload_has_us(preload))
			return at;
		text_add(&text, ":");
	}
	text_add(&text, shim.library_path);
	return at;
}

static bool is_variable(const char *entry, const char *name)
{
	return strncmp(entry, name, strlen(name)) == 0;
}

char **environment_repair(char *const *environment, uint32_t index, void *storage)
{
	const char *preload = environment_find(environment, PRELOAD_VARIABLE);
	size_t preload_length = preload_size(preload);
	char **repaired = storage;
	size_t count = environment_count(environment), kept = 0;
	char *strings = (char *)(repaired + count + 3);
	struct text text;

	for (size_t i = 0; i < count; i++)
		if (!is_variable(environment[i], PRELOAD_VARIABLE) &&
		    !is_variable(environment[i], LEDGER_VARIABLE))
			repaired[kept++] = environment[i];
	repaired[kept++] = preload_write(preload, strings, preload_length);
	strings += preload_length;
	text_init(&text, strings,
		  sizeof(LEDGER_VARIABLE) + strlen(shim.ledger_path) + 1 + INDEX_SIZE);
	text_add(&text, LEDGER_VARIABLE);
	text_add(&text, shim.ledger_path);
	text_add(&text, ":");
	text_add_number(&text, index);
	repaired[kept++] = strings;
	repaired[kept] = NULL;
	return repaired;
}
