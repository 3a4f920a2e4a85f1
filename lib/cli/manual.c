/* SPDX-License-Identifier: MIT */
/*
 * unclosed --manual FILE: a man page, with the keys of UNCLOSED_OPTIONS from the
 * one table in place of the line .\" KEYS. The build makes libunclosed(7) of it.
 *
 * Layer: cli.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "cli/cli.h"

#define MARK ".\\\" KEYS\n"

/* '-' is a hyphen to roff; a line must not begin with '.' or '\''. */
static void roff_write(const char *text)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void keys_write(void)
{
	for (const struct option_row *row = option_rows; row->name; row++) {
		if (row->type == OPTION_TYPE_ACTION)
			continue;
		fputs(".TP\n\\fB", stdout);
		roff_write(row->name);
		fputs("\\fR", stdout);
		if (row->values) {
			fputs("=\\fI", stdout);
			roff_write(row->values);
			fputs("\\fR", stdout);
		}
		putchar('\n');
		roff_write(row->help);
		putchar('\n');
	}
}

int command_manual(int argc, char **argv)
{
	char line[1024];
	FILE *page;

	if (argc != 2)
		return complain("usage: unclosed --manual FILE");
	page = fopen(argv[1], "re");
	if (!page)
		return complain("cannot open '%s': %s", argv[1], strerror(errno));
	while (fgets(line, sizeof(line), page)) {
		if (strcmp(line, MARK) == 0)
			keys_write();
		else
			fputs(line, stdout);
	}
	(void)fclose(page); /* was only read */
	return 0;
}
