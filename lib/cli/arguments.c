/* SPDX-License-Identifier: MIT */
/* Parses a command line with getopt_long(), on top of UNCLOSED_OPTIONS. */
#include "cli/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/cli.h"

#define ERRORS_MAX 8

static_assert(OPTION_COUNT <= 64, "struct arguments has a bit for each option");

/* Values that getopt_long() returns for rows: beyond every letter. */
#define ROW_BASE 256

size_t arguments_from_environment(struct options *ret_options)
{
	struct options_error errors[ERRORS_MAX];
	const char *given = getenv("UNCLOSED_OPTIONS");
	static char *text; /* the options point into it */
	size_t count;

	options_init(ret_options);
	free(text);
	text = given ? strdup(given) : NULL;
	if (!text)
		return 0;
	count = options_parse_environment(ret_options, text, errors, ERRORS_MAX);
	for (size_t i = 0; i < count && i < ERRORS_MAX; i++) {
		const struct options_error *error = &errors[i];
		int name_length = (int)error->name_length;

		if (error->row)
			(void)complain("UNCLOSED_OPTIONS: bad value '%s' for '%.*s': expected %s",
				       error->value, name_length, error->name,
				       options_expected(error->row));
		else
			(void)complain("UNCLOSED_OPTIONS: unknown key '%.*s'%s", name_length,
				       error->name,
				       arguments_hint(error->name, error->name_length, ""));
	}
	return count;
}

static int argument_mode(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_TYPE_ACTION:
		return no_argument;
	case OPTION_TYPE_FLAG:
	case OPTION_TYPE_OPTIONAL:
		return optional_argument; /* --quiet=no takes back what the environment set */
	default:
		return required_argument;
	}
}

/* The arrays of getopt_long(). "+": stop at the first word; ":": we print the errors. */
static void getopt_arrays_make(struct option *ret_long, char *ret_short, bool is_mixed)
{
	if (!is_mixed)
		*ret_short++ = '+';
	*ret_short++ = ':';
	for (int i = 0; option_rows[i].name; i++) {
		const struct option_row *row = &option_rows[i];

		*ret_long++ = (struct option){ .name = row->name,
					       .has_arg = argument_mode(row),
					       .val = ROW_BASE + i };
		if (!row->letter)
			continue;
		*ret_short++ = row->letter;
		if (argument_mode(row) == required_argument)
			*ret_short++ = ':';
	}
	*ret_short = '\0';
	*ret_long = (struct option){ .name = NULL };
}

static const struct option_row *row_of(int value)
{
	if (value >= ROW_BASE)
		return &option_rows[value - ROW_BASE];
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->letter == value)
			return row;
	return NULL;
}

static int unknown_complain(const char *word, int letter)
{
	size_t length;

	if (letter)
		return complain("unknown option '-%c'; unclosed --help lists all options", letter);
	length = strcspn(word + 2, "=");
	return complain("unknown option '%.*s'%s", (int)length + 2, word,
			arguments_hint(word + 2, length, "--"));
}

static int value_set(struct arguments *arguments, const struct option_row *row, const char *value)
{
	if (row->type == OPTION_TYPE_ACTION) {
		arguments->is_help |= strcmp(row->name, "help") == 0;
		arguments->is_version |= strcmp(row->name, "version") == 0;
		return 0;
	}
	if (options_set(&arguments->options, row, value) < 0)
		return complain("bad value '%s' for --%s: expected %s", value ? value : "",
				row->name, options_expected(row));
	arguments->given |= UINT64_C(1) << (row - option_rows);
	return 0;
}

bool arguments_given(const struct arguments *arguments, const char *name)
{
	const struct option_row *row = options_find(name, strlen(name));

	return row && arguments->given & UINT64_C(1) << (row - option_rows);
}

const char *arguments_given_of(const struct arguments *arguments, enum option_class class)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->class == class && arguments->given & UINT64_C(1) << (row - option_rows))
			return row->name;
	return NULL;
}

static int parse(struct arguments *ret_arguments, int argc, char **argv, bool is_mixed)
{
	struct option long_options[OPTION_COUNT + 1];
	char short_options[2 * OPTION_COUNT + 3]; /* "+:", letters with a colon, and the end */
	int value;

	*ret_arguments = (struct arguments){ .next = 0 };
	if (arguments_from_environment(&ret_arguments->options) > 0)
		return EXIT_ERROR;
	getopt_arrays_make(long_options, short_options, is_mixed);
	optind = 0; /* start over, for every sub-command */
	while ((value = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		const struct option_row *row = row_of(value == ':' ? optopt : value);

		if (value == ':')
			return complain("--%s needs a value: %s", row->name, row->values);
		if (value == '?' || !row)
			return unknown_complain(argv[optind - 1], optopt < ROW_BASE ? optopt : 0);
		if (value_set(ret_arguments, row, optarg) != 0)
			return EXIT_ERROR;
	}
	ret_arguments->next = optind;
	memory_limit_set(ret_arguments->options.memory_bytes);
	return 0;
}

int arguments_parse(struct arguments *ret_arguments, int argc, char **argv)
{
	return parse(ret_arguments, argc, argv, false);
}

int arguments_parse_mixed(struct arguments *ret_arguments, int argc, char **argv)
{
	return parse(ret_arguments, argc, argv, true);
}
