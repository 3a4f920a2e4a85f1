/* SPDX-License-Identifier: MIT */
/* The man page and --help have every row of options.def. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "cli/arguments.h"
#include "cli/cli.h"

static char *file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 1 << 17);
	size_t length;

	cr_assert_not_null(file, "%s", path);
	cr_assert_not_null(text);
	length = fread(text, 1, (1 << 17) - 1, file);
	cr_assert_lt(length, (1 << 17) - 1);
	fclose(file);
	return text;
}

/* As roff has it: every '-' is "\-". */
static void roff_name(char *roff, const char *name)
{
	roff += sprintf(roff, "\\fB\\-\\-");
	for (; *name; name++)
		roff += sprintf(roff, *name == '-' ? "\\-" : "%c", *name);
	strcpy(roff, "\\fR");
}

Test(documents, man_page_has_every_option)
{
	char *page = file_read(MAN_PAGE);
	char roff[128];

	for (unsigned int i = 0; i < OPTION_GROUP_COUNT; i++) {
		sprintf(roff, "\n.SS %s\n", option_group_title(i));
		cr_expect_not_null(strstr(page, roff), "no heading \"%s\"", option_group_title(i));
	}

	for (const struct option_row *row = option_rows; row->name; row++) {
		roff_name(roff, row->name);
		cr_expect_not_null(strstr(page, roff), "--%s is not in the man page", row->name);
		if (!row->letter)
			continue;
		sprintf(roff, "\\fB\\-%c\\fR, \\fB\\-\\-", row->letter);
		cr_expect_not_null(strstr(page, roff), "-%c is not in the man page", row->letter);
	}
	free(page);
}

/* The heading of the group that the text at `at` is below. */
static bool is_below(const char *help, const char *at, enum option_group group)
{
	const char *nearest = NULL, *wanted = NULL;
	char heading[128];

	for (unsigned int i = 0; i < OPTION_GROUP_COUNT; i++) {
		const char *found;

		sprintf(heading, "\n%s:\n", option_group_title(i));
		found = strstr(help, heading);
		cr_assert_not_null(found, "no heading \"%s\"", option_group_title(i));
		if (found < at && found > nearest)
			nearest = found;
		if (i == group)
			wanted = found;
	}
	return nearest && nearest == wanted;
}

Test(documents, help_has_every_option)
{
	char path[] = "/tmp/unclosed-test-XXXXXX", word[64];
	char *help;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_not_null(freopen(path, "we", stdout));
	help_print_options();
	fflush(stdout);
	help = file_read(path);
	remove(path);
	for (const struct option_row *row = option_rows; row->name; row++) {
		const char *text = strstr(help, row->help);

		sprintf(word, " --%s", row->name);
		cr_expect_not_null(strstr(help, word), "%s is not in --help", word);
		cr_expect_not_null(text, "%s: its text is missing", word);
		cr_expect(text && is_below(help, text, row->group), "%s: in another group", word);
	}
	free(help);
}

Test(documents, hints)
{
	cr_expect_str_eq(arguments_hint("kind", 4, "--"), "; did you mean --kinds?");
	cr_expect_str_eq(arguments_hint("stck-depth", 10, "--"), "; did you mean --stack-depth?");
	cr_expect_str_eq(arguments_hint("num-callers", 11, "--"),
			 "; --num-callers is valgrind's; here --stack-depth");
	cr_expect_str_eq(arguments_hint("zzzzzz", 6, "--"), "");
}

/* An answer for another tool's option must never hide one of ours. */
Test(documents, no_option_of_ours_is_called_foreign)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		cr_expect_null(strstr(arguments_hint(row->name, strlen(row->name), "--"), " is "),
			       "--%s", row->name);
}
