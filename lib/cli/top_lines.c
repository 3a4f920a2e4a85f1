/* SPDX-License-Identifier: MIT */
/* Lines of text in memory, and their columns. */
#include "cli/top_lines.h"

#include <stdlib.h>
#include <string.h>

void top_lines_begin(struct top_lines *ret_lines)
{
	*ret_lines = (struct top_lines){ .list = NULL };
	ret_lines->out = open_memstream(&ret_lines->text, &ret_lines->size);
	if (!ret_lines->out)
		abort(); /* like report_alloc() */
}

void top_lines_end(struct top_lines *lines)
{
	char *at, *end;

	if (fclose(lines->out) != 0)
		abort();
	lines->out = NULL;
	for (at = lines->text; (end = strchr(at, '\n')) != NULL; at = end + 1)
		lines->count++;
	lines->list = calloc(lines->count + 1, sizeof(*lines->list));
	if (!lines->list)
		abort();
	at = lines->text;
	for (size_t i = 0; i < lines->count; i++) {
		lines->list[i] = at;
		end = strchr(at, '\n');
		*end = '\0';
		at = end + 1;
	}
}

void top_lines_free(struct top_lines *lines)
{
	free(lines->list);
	free(lines->text);
	*lines = (struct top_lines){ .list = NULL };
}

size_t top_line_cut(const char *line, size_t columns, wchar_t *ret_wide, size_t size)
{
	mbstate_t state = { 0 };
	size_t used = 0, length = 0;

	while (*line && length + 1 < size) {
		wchar_t wide;
		size_t bytes = mbrtowc(&wide, line, strlen(line), &state);
		int width;

		if (bytes == 0 || bytes > strlen(line)) {
			wide = L'?';
			bytes = 1;
			state = (mbstate_t){ 0 };
		}
		width = wcwidth(wide);
		if (width < 0) {
			wide = L'?';
			width = 1;
		}
		if (used + (size_t)width > columns)
			break;
		used += (size_t)width;
		ret_wide[length++] = wide;
		line += bytes;
	}
	ret_wide[length] = L'\0';
	return used;
}
