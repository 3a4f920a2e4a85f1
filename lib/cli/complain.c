/* SPDX-License-Identifier: MIT */
/* Prints an error as one line on stderr. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"

int complain(const char *format, ...)
{
	char line[4096] = "unclosed: ";
	size_t used = 10;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
	va_end(arguments);
	if (length > 0)
		used += (size_t)length < sizeof(line) - used - 1 ? (size_t)length
								 : sizeof(line) - used - 2;
	line[used++] = '\n';
	(void)!write(STDERR_FILENO, line, used); /* nowhere left to tell */
	return EXIT_ERROR;
}
