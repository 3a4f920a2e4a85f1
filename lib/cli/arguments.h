/* SPDX-License-Identifier: MIT */
/*
 * Options of a command line, on top of UNCLOSED_OPTIONS, on top of the
 * built-in values. All derives from lib/base/options.def.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_ARGUMENTS_H
#define UNCLOSED_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/options.h"

struct arguments {
	struct options options; /* its texts belong to argv and the environment */
	int next;               /* first word that is not an option */
	bool is_help, is_version;
	uint64_t given; /* rows of options.def that the command line has; a bit each */
};

/*
 * Parse the options at the start of argv[1…]. They end at the first word that
 * is not an option, or behind "--". Returns 0, or EXIT_ERROR after one line that says
 * what is wrong.
 */
int arguments_parse(struct arguments *ret_arguments, int argc, char **argv);

/* The same with options before, between and behind the other words, which come last then. */
int arguments_parse_mixed(struct arguments *ret_arguments, int argc, char **argv);

/* Is the option of this name on the command line? */
bool arguments_given(const struct arguments *arguments, const char *name);

/* Name of the first option of a class that is on the command line, or NULL. */
const char *arguments_given_of(const struct arguments *arguments, enum option_class class);

/*
 * Built-in values and UNCLOSED_OPTIONS only. Complains about every bad word
 * (up to eight) and returns how many there are.
 */
size_t arguments_from_environment(struct options *ret_options);

/*
 * What to tell a user who wrote `name` (of `length` bytes, without dashes):
 * an answer for an option of another tool, or the nearest option. Returns a
 * text that continues the line, in a static buffer; "" when nothing is near.
 */
const char *arguments_hint(const char *name, size_t length, const char *dashes);

#endif
