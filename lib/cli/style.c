/* SPDX-License-Identifier: MIT */
/* How the text report looks: by the options, the environment and where it goes. */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/outputs.h"

#define GROUPS_READABLE 20
/* A narrower terminal wraps better than we do. */
#define WIDTH_LEAST 40

static bool variable_is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static bool variable_is(const char *name, const char *word)
{
	const char *value = getenv(name);

	return value && strcmp(value, word) == 0;
}

/* https://no-color.org and https://bixense.com/clicolors; the option wins. */
static bool is_color_wanted(enum color_when when, bool is_terminal)
{
	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	if (variable_is_set("NO_COLOR"))
		return false;
	if (variable_is_set("CLICOLOR_FORCE") && !variable_is("CLICOLOR_FORCE", "0"))
		return true;
	return is_terminal && !variable_is("TERM", "dumb") && !variable_is("CLICOLOR", "0");
}

static unsigned int width_find(int fd, bool is_terminal)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { .ws_col = 0 };
	uint64_t width = 0;

	if (!columns || !text_parse_number(columns, strlen(columns), &width) || width > UINT16_MAX)
		width = is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
	return width >= WIDTH_LEAST ? (unsigned int)width : 0;
}

/* A container often does not have the locale that LANG names; the name still tells. */
static bool is_utf8_named(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !value; i++)
		value = variable_is_set(names[i]) ? getenv(names[i]) : NULL;
	return value && (strcasestr(value, "UTF-8") || strcasestr(value, "UTF8"));
}

static bool is_utf8_wanted(void)
{
	if (setlocale(LC_CTYPE, ""))
		return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return is_utf8_named();
}

static size_t groups_most(const struct options *options)
{
	if (options->max_groups == 0)
		return options->is_verbose ? 0 : GROUPS_READABLE;
	return options->max_groups == MOST_ALL ? 0 : options->max_groups;
}

static int text_descriptor(const struct options *options)
{
	return options->output ? report_path_descriptor(options->output) : STDERR_FILENO;
}

bool text_is_for_terminal(const struct options *options)
{
	int fd = text_descriptor(options);

	return fd >= 0 && isatty(fd);
}

struct report_style style_make(const struct options *options)
{
	int fd = text_descriptor(options);
	bool is_terminal = text_is_for_terminal(options);

	return (struct report_style){
		.is_color = is_color_wanted(options->color, is_terminal),
		.is_verbose = options->is_verbose,
		/* A file that was asked for is written, whatever is in it. */
		.is_quiet = options->is_quiet && fd >= 0,
		.is_utf8 = is_utf8_wanted(),
		.width = width_find(fd, is_terminal),
		.groups_max = groups_most(options),
		.mode = options->report_mode,
	};
}
