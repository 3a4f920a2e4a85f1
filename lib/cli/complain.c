/* SPDX-License-Identifier: MIT */
/* Prints an error as one line on stderr. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/print.h"

/* Where it goes in place of stderr; NULL: it does not. */
static char *sink;
static size_t sink_size;

void complain_into(char *text, size_t size)
{
	sink = text;
	sink_size = size;
}

int complain(const char *format, ...)
{
	char text[4096];
	va_list arguments;
	char *line, *clean;
	int length;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments); /* for reading: cut when too long */
	va_end(arguments);
	if (sink) {
		(void)snprintf(sink, sink_size, "%s", text); /* likewise */
		return EXIT_ERROR;
	}
	clean = text_escape(text);
	length = asprintf(&line, "unclosed: %s\n", clean);
	free(clean);
	if (length < 0)
		return EXIT_ERROR;
	(void)!write(STDERR_FILENO, line, (size_t)length); /* nowhere left to tell */
	free(line);
	return EXIT_ERROR;
}
