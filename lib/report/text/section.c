/* SPDX-License-Identifier: MIT */
/* A section at the end of the text report: its title comes with its first line. */
#include "report/text/text.h"

void section_line(struct section *section)
{
	FILE *out = section->printer->out;

	if (!section->is_begun) {
		(void)fputc('\n', out);
		paint_begin(section->printer, PAINT_BOLD);
		(void)fputs(section->title, out);
		paint_end(section->printer);
		(void)fputc('\n', out);
	}
	section->is_begun = true;
	(void)fputs("    ", out);
}
