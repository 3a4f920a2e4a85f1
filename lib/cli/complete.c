/* SPDX-License-Identifier: MIT */
/*
 * unclosed --complete WORD…: what may stand in place of the last WORD. The
 * scripts for bash, zsh and fish (scripts/completions) ask this, so that there
 * is nothing in them to keep up to date.
 *
 * The first line tells the kind of answer, each further line is a word, a tab,
 * and what it means:
 *
 *	words      only those
 *	files      the name of a file
 *	folders    the name of a directory
 *	program    the name of a program
 *	words-of N what completes the command line that begins with word N
 *
 * Layer: cli.
 */
#include <stdio.h>
#include <string.h>

#include "base/kinds.h"
#include "base/options.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/sample.h"

/* Those without a help are not for people. */
static const struct command {
	const char *name;
	const char *help;
} commands[] = {
#define COMMAND(name, function, help) { name, help },
#define COMMAND_RESERVED(name)
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_RESERVED
	{ NULL, NULL },
};

static int answer(const char *kind)
{
	printf("%s\n", kind);
	return 0;
}

static void print_word(const char *prefix, const char *word, size_t length, const char *help)
{
	printf("%s%.*s\t%s\n", prefix, (int)length, word, help);
}

/* "open|proven|none" */
static int answer_choices(const char *choices, const char *prefix)
{
	printf("words\n");
	for (;;) {
		size_t length = strcspn(choices, "|");

		/* A word in capitals stands for a value that the user chooses. */
		if (choices[0] < 'A' || choices[0] > 'Z')
			print_word(prefix, choices, length, "");
		if (choices[length] == '\0')
			return 0;
		choices += length + 1;
	}
}

/* The last of a list with commas. */
static int answer_kinds(const char *word, const char *prefix)
{
	const char *comma = strrchr(word, ',');
	int before = comma ? (int)(comma + 1 - word) : 0;

	printf("words\n");
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		printf("%s%.*s%s\t%s\n", prefix, before, word, kind_name(kind), kind_plural(kind));
	if (!comma)
		print_word(prefix, "all", 3, "every kind");
	return 0;
}

/* `prefix` stands before each word: "--gate=" where the value is part of its option's word. */
static int answer_value(const struct option_row *row, const char *word, const char *prefix)
{
	if (row->type == OPTION_TYPE_KINDS)
		return answer_kinds(word, prefix);
	if (row->type == OPTION_TYPE_WORD || row->type == OPTION_TYPE_WAIT)
		return answer_choices(row->values, prefix);
	if (row->type == OPTION_TYPE_FLAG)
		return answer_choices("yes|no", prefix);
	if (strcmp(row->values, "DIR") == 0)
		return answer("folders");
	if (strcmp(row->values, "PROG") == 0)
		return answer("program");
	return answer(text_starts_with(row->values, "FILE") ? "files" : "words");
}

static void print_options(void)
{
	char name[80];

	for (const struct option_row *row = option_rows; row->name; row++) {
		int length = snprintf(name, sizeof(name), "--%s", row->name); /* names are short */

		print_word("", name, (size_t)length, row->help);
	}
}

static bool sample_print(const struct sample *sample, void *data)
{
	(void)data; /* all are printed */
	print_word("", sample->name, strlen(sample->name), sample->title);
	return false;
}

static int answer_samples(void)
{
	struct sample_folders folders;

	printf("words\n--list\tprint their names\n--fixed\trun the corrected twin\n");
	if (sample_folders_find(&folders) == 0)
		(void)samples_visit(&folders, sample_print, NULL); /* none installed: none shown */
	return 0;
}

static const struct option_row *row_of(const char *word)
{
	if (text_starts_with(word, "--"))
		return options_find(word + 2, strcspn(word + 2, "="));
	for (const struct option_row *row = option_rows; row->name; row++)
		if (word[0] == '-' && word[1] == row->letter && word[2] == '\0')
			return row;
	return NULL;
}

static bool row_takes_word(const struct option_row *row)
{
	return row->type != OPTION_TYPE_FLAG && row->type != OPTION_TYPE_ACTION;
}

/* What a sub-command takes beside the options of all. */
static void print_own(const char *command)
{
	if (strcmp(command, "report") == 0)
		print_word("", "--live", 6, "of a process that runs");
	if (strcmp(command, "top") != 0)
		return;
	print_word("", "--once", 6, "print the table once, as text");
	print_word("", "--jsonl", 7, "write each look as a line of JSON");
	print_word("", "--interval", 10, "seconds between two looks");
}

/* Words from `next` on are options, then a program and its arguments, or files. */
static int answer_options(int argc, char **argv, int next, bool is_program)
{
	const char *word = argv[argc - 1], *equals = strchr(word, '=');
	const struct option_row *row;

	for (; next < argc - 1; next++) {
		row = row_of(argv[next]);
		if (strcmp(argv[next], "--") == 0 || argv[next][0] != '-')
			break;
		if (!row || !row_takes_word(row) || strchr(argv[next], '='))
			continue;
		if (next + 1 == argc - 1)
			return answer_value(row, word, "");
		next++;
	}
	if (next < argc - 1 && strcmp(argv[next], "--") == 0 && ++next == argc - 1)
		return answer(is_program ? "program" : "files");
	if (next < argc - 1) {
		if (!is_program)
			return answer("files");
		printf("words-of %d\n", next);
		return 0;
	}
	row = text_starts_with(word, "--") && equals ? row_of(word) : NULL;
	if (row) {
		char prefix[80];

		(void)snprintf(prefix, sizeof(prefix), "--%s=", row->name); /* names are short */
		return answer_value(row, equals + 1, prefix);
	}
	if (word[0] != '-')
		return answer(is_program ? "program" : "files");
	printf("words\n");
	print_own(argv[1]);
	print_options();
	return 0;
}

/* Sub-commands are looked for beside programs: `unclosed make test` is the common case. */
static int answer_first(void)
{
	printf("program\n");
	for (const struct command *command = commands; command->name; command++)
		if (command->help)
			print_word("", command->name, strlen(command->name), command->help);
	return 0;
}

/* argv[1] is "unclosed" as it was typed, the last one is to be completed. */
int command_complete(int argc, char **argv)
{
	const char *command;

	if (argc < 3)
		return complain("usage: unclosed --complete unclosed WORD...");
	argc--;
	argv++;
	if (argc == 2 && argv[1][0] != '-')
		return answer_first();
	command = argc > 2 ? argv[1] : "";
	if (strcmp(command, "demo") == 0)
		return answer_samples();
	if (strcmp(command, "check") == 0)
		return answer("program");
	if (strcmp(command, "ps") == 0)
		return answer_choices("--json", "");
	if (strcmp(command, "help") == 0) {
		printf("words\nlive\twhat a program that runs has open\n");
		print_options();
		return 0;
	}
	if (strcmp(command, "run") == 0)
		return answer_options(argc, argv, 2, true);
	for (const struct command *row = commands; row->name; row++)
		if (row->help && strcmp(row->name, command) == 0)
			return answer_options(argc, argv, 2, false);
	return answer_options(argc, argv, 1, true);
}
