/* SPDX-License-Identifier: MIT */
/* Writes options as text: those that differ from their built-in values, for the JSON report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/kinds.h"
#include "cli/outputs.h"

#define VALUE_SIZE 4096

static void kinds_write(char *value, uint32_t kinds)
{
	size_t used = 0;

	if (kinds == KIND_ALL) {
		strcpy(value, "all");
		return;
	}
	value[0] = '\0';
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind)) /* all names together fit */
			used += (size_t)snprintf(value + used, VALUE_SIZE - used, "%s%s",
						 used ? "," : "", kind_name(kind));
}

/* Word number `position` of "open|proven|none". */
static void word_write(char *value, const char *words, unsigned int position)
{
	while (position-- > 0)
		words += strcspn(words, "|") + 1;
	(void)snprintf(value, VALUE_SIZE, "%.*s", (int)strcspn(words, "|"), words); /* fits */
}

static void list_write(char *value, const char *const *words, uint32_t count)
{
	size_t used = 0;

	for (uint32_t i = 0; i < count && used < VALUE_SIZE; i++)
		used += (size_t)snprintf(value + used, VALUE_SIZE - used, "%s%s", i ? "," : "",
					 words[i]); /* for reading: cut when too long */
}

static void value_write(const struct options *options, const struct option_row *row, char *value)
{
	const char *field = (const char *)options + row->offset;

	value[0] = '\0';
	switch (row->type) {
	case OPTION_TYPE_KINDS:
		kinds_write(value, *(const uint32_t *)field);
		break;
	case OPTION_TYPE_WORD:
		word_write(value, row->values, *(const unsigned int *)field);
		break;
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_OPTIONAL:
		if (*(const char *const *)field) /* for reading: cut when too long */
			(void)snprintf(value, VALUE_SIZE, "%s", *(const char *const *)field);
		break;
	case OPTION_TYPE_FLAG:
		strcpy(value, *(const bool *)field ? "yes" : "no");
		break;
	case OPTION_TYPE_NUMBER:
	case OPTION_TYPE_WAIT:
	case OPTION_TYPE_MOST:
		if (row->type == OPTION_TYPE_MOST && *(const uint32_t *)field == MOST_ALL)
			strcpy(value, "all");
		else if (row->type == OPTION_TYPE_WAIT && *(const uint32_t *)field == WAIT_FOREVER)
			strcpy(value, "forever");
		else
			(void)snprintf(value, VALUE_SIZE, "%u", *(const uint32_t *)field);
		break;
	case OPTION_TYPE_MODE:
		if (*(const uint32_t *)field)
			(void)snprintf(value, VALUE_SIZE, "%04o", *(const uint32_t *)field);
		break;
	case OPTION_TYPE_DURATION:
		(void)snprintf(value, VALUE_SIZE, "%llums",
			       (unsigned long long)(*(const uint64_t *)field / 1000000));
		break;
	case OPTION_TYPE_SIZE:
		(void)snprintf(value, VALUE_SIZE, "%lluK",
			       (unsigned long long)(*(const uint64_t *)field >> 10));
		break;
	case OPTION_TYPE_LIST:
		list_write(value, (const char *const *)field,
			   *(const uint32_t *)((const char *)options + row->count_offset));
		break;
	case OPTION_TYPE_ACTION:
		break;
	}
}

char **options_list(const struct options *options)
{
	static char value[VALUE_SIZE], built_in_value[VALUE_SIZE];
	struct options built_in;
	char **list = calloc(2 * OPTION_COUNT + 1, sizeof(*list));
	size_t used = 0;

	options_init(&built_in);
	for (const struct option_row *row = option_rows; list && row->name; row++) {
		value_write(options, row, value);
		value_write(&built_in, row, built_in_value);
		if (strcmp(value, built_in_value) == 0)
			continue;
		list[used] = strdup(row->name);
		list[used + 1] = strdup(value);
		if (!list[used] || !list[used + 1])
			break;
		used += 2;
	}
	return list;
}

void options_list_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}
