/* SPDX-License-Identifier: MIT */
/*
 * Text that was printed into memory, as lines for a screen.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_LINES_H
#define UNCLOSED_CLI_TOP_LINES_H

#include <stdio.h>
#include <wchar.h>

struct top_lines {
	FILE *out; /* what is printed here becomes lines; NULL from top_lines_end() on */
	char *text;
	size_t size;
	char **list; /* each without its end */
	size_t count;
};

/* These end the program without memory. */
void top_lines_begin(struct top_lines *ret_lines);
void top_lines_end(struct top_lines *lines);
void top_lines_free(struct top_lines *lines);

/*
 * As much of a line as `columns` columns show, as wide characters by the locale. What it has no
 * character for becomes "?". `ret_wide` has room for `size`, the end with it. Returns the columns.
 */
size_t top_line_cut(const char *line, size_t columns, wchar_t *ret_wide, size_t size);

#endif
