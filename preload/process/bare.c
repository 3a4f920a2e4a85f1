/* SPDX-License-Identifier: MIT */
/* What the first process of a session without launcher knows, from one image to the next. */
#include "process/bare.h"

#include <string.h>

#include "base/raw.h"
#include "shim/state.h"
#include "shim/variables.h"

#define OPTIONS_MAX 4096
#define DIRECTORY_MAX 4096
#define NUMBERS_MAX 64 /* three numbers and what is between */

/* Written in a first process only: no other one touches its pages. */
static struct {
	uint64_t started_wall_ns;
	bool has_options;
	char options[OPTIONS_MAX];
	char directory[DIRECTORY_MAX];
} bare;

static void options_keep(const char *options)
{
	struct text text;

	bare.has_options = options != NULL;
	text_init(&text, bare.options, sizeof(bare.options));
	text_add(&text, options ? options : "");
}

void bare_begin(const char *options, uint64_t started_wall_ns)
{
	bare.started_wall_ns = started_wall_ns;
	options_keep(options);
	if (raw_failed(raw2(SYS_getcwd, bare.directory, sizeof(bare.directory))))
		bare.directory[0] = '\0'; /* it is gone */
}

/* A number up to the next ':', which *at is set behind. */
static bool number_take(const char **at, uint64_t *ret_number)
{
	const char *colon = strchr(*at, ':');

	if (!colon || !text_parse_number(*at, (size_t)(colon - *at), ret_number))
		return false;
	*at = colon + 1;
	return true;
}

bool bare_take_over(const char *value)
{
	uint64_t pid, started_wall_ns, length;
	struct text text;

	if (!value || !number_take(&value, &pid) || pid != (uint64_t)raw0(SYS_getpid) ||
	    !number_take(&value, &started_wall_ns) || !number_take(&value, &length) ||
	    length > strlen(value))
		return false;
	bare.started_wall_ns = started_wall_ns;
	text_init(&text, bare.directory, sizeof(bare.directory));
	text_add_bytes(&text, value, length);
	value += length;
	options_keep(*value == ':' ? value + 1 : NULL);
	return true;
}

size_t bare_size(void)
{
	if (!shim.is_bare)
		return 0;
	return sizeof(FIRST_VARIABLE) + NUMBERS_MAX + strlen(bare.directory) + 1 +
	       strlen(bare.options);
}

void bare_hand_over(struct text *text)
{
	text_add(text, FIRST_VARIABLE);
	text_add_number(text, (uint64_t)raw0(SYS_getpid));
	text_add(text, ":");
	text_add_number(text, bare.started_wall_ns);
	text_add(text, ":");
	text_add_number(text, strlen(bare.directory));
	text_add(text, ":");
	text_add(text, bare.directory);
	if (bare.has_options) {
		text_add(text, ":");
		text_add(text, bare.options);
	}
}

const char *bare_options(void)
{
	return bare.has_options ? bare.options : NULL;
}

const char *bare_directory(void)
{
	return bare.directory;
}

uint64_t bare_started_wall_ns(void)
{
	return bare.started_wall_ns;
}
