/* SPDX-License-Identifier: MIT */
/* UNCLOSED_OPTIONS, and every option's value by itself. */
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "fuzz.h"

#define ERRORS_MAX 4

static void values_set(const char *text)
{
	struct options options;

	options_init(&options);
	for (const struct option_row *row = option_rows; row->name; row++)
		if (options_set(&options, row, text) != 0 && !options_expected(row))
			abort();
	(void)options_find(text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options_error errors[ERRORS_MAX];
	struct options options;
	char *text = malloc(size + 1);
	size_t bad;

	memcpy(text, data, size);
	text[size] = '\0';
	values_set(text);
	options_init(&options);
	bad = options_parse_environment(&options, text, errors, ERRORS_MAX);
	for (size_t i = 0; i < bad && i < ERRORS_MAX; i++)
		if (errors[i].name < text || errors[i].name + errors[i].name_length > text + size)
			abort();
	free(text);
	return 0;
}
