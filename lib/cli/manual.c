/* SPDX-License-Identifier: MIT */
/*
 * unclosed --manual FILE: a man page with what the table of options has. The build makes
 * unclosed(1) and libunclosed(7) of it.
 *
 * A line .\" KEYS becomes the keys of UNCLOSED_OPTIONS, each with its line of --help.
 * What stands between .\" OPTIONS and .\" END OF OPTIONS becomes all options, in their groups:
 * each has the paragraph that begins with .\" OPTION NAME, or else its line of --help.
 *
 * Layer: cli.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "cli/cli.h"

#define KEYS ".\\\" KEYS\n"
#define OPTIONS ".\\\" OPTIONS\n"
#define OPTIONS_END ".\\\" END OF OPTIONS\n"
#define OPTION_BEGIN ".\\\" OPTION "

/* '-' is a hyphen to roff; a line must not begin with '.' or '\''. */
static void roff_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '-' || text[i] == '\\')
			putchar('\\');
		putchar(text[i]);
	}
}

static void font_write(char font, const char *text, size_t length)
{
	printf("\\f%c", font);
	roff_write(text, length);
	fputs("\\fR", stdout);
}

/* "SECONDS|forever": what is to be typed is bold, what it stands for is italic. */
static void values_write(const struct option_row *row)
{
	const char *values = strcmp(row->values, POLICY_WORDS) == 0 ? "POLICY" : row->values;

	if (row->type != OPTION_TYPE_OPTIONAL)
		putchar(' ');
	while (*values) {
		size_t length = 0;

		while (isalnum((unsigned char)values[length]))
			length++;
		if (length)
			font_write(isupper((unsigned char)*values) ? 'I' : 'B', values, length);
		else
			putchar(values[length++]);
		values += length;
	}
}

/* The line of --help, as a sentence. */
static void sentence_write(const char *help)
{
	putchar(toupper((unsigned char)help[0]));
	roff_write(help + 1, strlen(help + 1));
	puts(".");
}

static void keys_write(void)
{
	for (const struct option_row *row = option_rows; row->name; row++) {
		if (row->type == OPTION_TYPE_ACTION)
			continue;
		fputs(".TP\n", stdout);
		font_write('B', row->name, strlen(row->name));
		if (row->values) {
			putchar('=');
			font_write('I', row->values, strlen(row->values));
		}
		putchar('\n');
		roff_write(row->help, strlen(row->help));
		putchar('\n');
	}
}

/* The paragraph of an option between `from` and `end`, NULL when there is none. */
static const char *paragraph_find(const char *from, const char *end, const struct option_row *row,
				  size_t *ret_length)
{
	char begin[80];
	const char *paragraph, *next;

	(void)snprintf(begin, sizeof(begin), OPTION_BEGIN "%s\n", row->name); /* names are short */
	paragraph = strstr(from, begin);
	if (!paragraph || paragraph > end)
		return NULL;
	paragraph += strlen(begin);
	next = strstr(paragraph, OPTION_BEGIN);
	*ret_length = (size_t)((next && next < end ? next : end) - paragraph);
	return paragraph;
}

static void option_write(const struct option_row *row, const char *from, const char *end)
{
	const char letter[] = { '-', row->letter }, *paragraph;
	size_t length;

	fputs(".TP\n", stdout);
	if (row->letter) {
		font_write('B', letter, sizeof(letter));
		fputs(", ", stdout);
	}
	fputs("\\fB\\-\\-", stdout);
	roff_write(row->name, strlen(row->name));
	fputs("\\fR", stdout);
	if (row->values)
		values_write(row);
	putchar('\n');
	paragraph = paragraph_find(from, end, row, &length);
	if (paragraph)
		fwrite(paragraph, 1, length, stdout);
	else
		sentence_write(row->help);
}

/* A paragraph of an option that is no more would be dropped without a word. */
static int paragraphs_check(const char *from, const char *end)
{
	while ((from = strstr(from, OPTION_BEGIN)) && from < end) {
		size_t length;

		from += strlen(OPTION_BEGIN);
		length = strcspn(from, "\n");
		if (!options_find(from, length))
			return complain("the manual describes --%.*s, which is not an option",
					(int)length, from);
	}
	return 0;
}

/* Write what replaces the text after a line OPTIONS, and let it go on behind its end. */
static int options_write(const char **text)
{
	const char *end = strstr(*text, OPTIONS_END);

	if (!end)
		return complain("the manual has no line %s", OPTIONS_END);
	if (paragraphs_check(*text, end) != 0)
		return EXIT_ERROR;
	for (unsigned int group = 0; group < OPTION_GROUP_COUNT; group++) {
		printf(".SS %s\n", option_group_title(group));
		for (const struct option_row *row = option_rows; row->name; row++)
			if (row->group == group)
				option_write(row, *text, end);
	}
	*text = end + strlen(OPTIONS_END);
	return 0;
}

static int page_write(const char *text)
{
	int status = 0;

	while (*text && status == 0) {
		const char *line = text;

		text += strcspn(text, "\n");
		text += *text == '\n';
		if (strncmp(line, KEYS, strlen(KEYS)) == 0)
			keys_write();
		else if (strncmp(line, OPTIONS, strlen(OPTIONS)) == 0)
			status = options_write(&text);
		else
			fwrite(line, 1, (size_t)(text - line), stdout);
	}
	return status;
}

int command_manual(int argc, char **argv)
{
	char *text = NULL;
	size_t size = 0;
	FILE *page;
	int status;

	if (argc != 2)
		return complain("usage: unclosed --manual FILE");
	page = fopen(argv[1], "re");
	if (!page)
		return complain("cannot open '%s': %s", argv[1], strerror(errno));
	if (getdelim(&text, &size, '\0', page) > 0)
		status = page_write(text);
	else
		status = complain("cannot read '%s'", argv[1]);
	free(text);
	(void)fclose(page); /* was only read */
	return status;
}
