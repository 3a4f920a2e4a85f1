/* SPDX-License-Identifier: MIT */
/* How the text looks, by the environment. A test is a process: its stderr is a file. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/outputs.h"

static const char *const names[] = { "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM",
				     "COLUMNS",  "LC_ALL",         "LC_CTYPE", "LANG" };

static void style_init(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_assert_eq(unsetenv(names[i]), 0);
}

TestSuite(style, .init = style_init);

static struct report_style style_of(const char *words)
{
	static char text[256];
	struct options options;

	options_init(&options);
	strcpy(text, words);
	cr_assert_eq(options_parse_environment(&options, text, NULL, 0), 0, "%s", words);
	return style_make(&options);
}

/* The report goes to a terminal of this width from now on. */
static void use_terminal(unsigned short width)
{
	struct winsize size = { .ws_row = 24, .ws_col = width };
	int master, slave;

	cr_assert_eq(openpty(&master, &slave, NULL, NULL, &size), 0);
	cr_assert_eq(dup2(slave, STDERR_FILENO), STDERR_FILENO);
}

/* … to something that is no terminal. */
static void use_file(void)
{
	int fd = open("/dev/null", O_WRONLY);

	cr_assert_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

Test(style, colors_are_for_terminals)
{
	use_file();
	cr_expect_not(style_of("").is_color);
	cr_expect(style_of("color=always").is_color);
	setenv("CLICOLOR_FORCE", "1", 1);
	cr_expect(style_of("").is_color);
	setenv("NO_COLOR", "1", 1);
	cr_expect_not(style_of("").is_color);
	use_terminal(80);
	cr_expect_not(style_of("").is_color);
	cr_expect(style_of("color=always").is_color, "the option wins");
	unsetenv("NO_COLOR");
	setenv("CLICOLOR_FORCE", "0", 1);
	cr_expect(style_of("").is_color);
	cr_expect_not(style_of("color=never").is_color);
	cr_expect_not(style_of("output=/tmp/report").is_color, "goes to a file");
	setenv("TERM", "dumb", 1);
	cr_expect_not(style_of("").is_color);
	setenv("TERM", "xterm", 1);
	setenv("CLICOLOR", "0", 1);
	cr_expect_not(style_of("").is_color);
}

Test(style, width_is_the_terminals_or_given)
{
	use_file();
	cr_expect_eq(style_of("").width, 0);
	setenv("COLUMNS", "100", 1);
	cr_expect_eq(style_of("").width, 100);
	setenv("COLUMNS", "wide", 1);
	use_terminal(72);
	cr_expect_eq(style_of("").width, 72);
	cr_expect_eq(style_of("output=/tmp/report").width, 0);
	use_terminal(20);
	cr_expect_eq(style_of("").width, 0, "a terminal as narrow wraps by itself");
}

Test(style, characters_are_the_locales)
{
	cr_expect_not(style_of("").is_utf8);
	setenv("LANG", "C.UTF-8", 1);
	cr_expect(style_of("").is_utf8);
	setenv("LC_CTYPE", "C", 1);
	cr_expect_not(style_of("").is_utf8);
	setenv("LC_ALL", "xx_YY.utf8", 1);
	cr_expect(style_of("").is_utf8, "a locale that is not installed");
	setenv("LC_ALL", "POSIX", 1);
	cr_expect_not(style_of("").is_utf8);
}

Test(style, groups)
{
	cr_expect_eq(style_of("").groups_max, 20);
	cr_expect_eq(style_of("verbose").groups_max, 0);
	cr_expect_eq(style_of("verbose:max-groups=3").groups_max, 3);
	cr_expect_eq(style_of("max-groups=all").groups_max, 0);
	cr_expect_eq(style_of("max-groups=0").groups_max, 0);
	cr_expect_eq(style_of("max-groups=500").groups_max, 500);
}
