/* SPDX-License-Identifier: MIT */
/* What runtimes write into maps for perf(1) as the name of a piece of code. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "judge/stack/jit.h"

/* Cut ":12" from the end of `text`; 0 when there is none. */
static unsigned int number_cut(char *text)
{
	char *colon = strrchr(text, ':'), *digit = colon ? colon + 1 : NULL;
	unsigned long number = 0;

	if (!digit || !isdigit((unsigned char)*digit))
		return 0;
	for (; isdigit((unsigned char)*digit) && number < 100000000; digit++)
		number = number * 10 + (unsigned long)(*digit - '0');
	if (*digit)
		return 0;
	*colon = '\0';
	return (unsigned int)number;
}

/* Where the file begins in "NAME FILE:LINE:COLUMN": names have spaces, too ("get size"). */
static char *script_file(char *text)
{
	static const char *const starts[] = { " /", " node:", " file://" };
	char *file = NULL;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]) && !file; i++)
		file = strstr(text, starts[i]);
	return file ? file : strrchr(text, ' ');
}

/* Node's own scripts, and installed packages. */
static bool is_script_library(const char *file)
{
	return text_starts_with(file, "node:") || strstr(file, "/node_modules/");
}

/* V8: "JS:*serve /app/server.js:12:14", after the tier of the compiler; older: "LazyCompile:". */
static bool script_parse(struct report *report, const char *name, struct report_frame *frame)
{
	static const char *const kinds[] = { "JS:",     "LazyCompile:", "Function:",
					     "Script:", "Eval:",        "Interpreter:" };
	size_t kind = 0, kind_count = sizeof(kinds) / sizeof(kinds[0]);
	unsigned int column;
	char *text, *file;

	while (kind < kind_count && !text_starts_with(name, kinds[kind]))
		kind++;
	if (kind == kind_count)
		return false;
	text = report_strdup(report, name + strlen(kinds[kind]));
	text += strspn(text, "~^+*");
	frame->language = "javascript";
	file = script_file(text);
	if (file) {
		*file++ = '\0';
		column = number_cut(file);
		frame->line = number_cut(file);
		if (frame->line == 0)
			frame->line = column; /* there was but one number */
		if (text_starts_with(file, "file://"))
			file += strlen("file://");
		frame->file = *file ? file : NULL;
		frame->is_line_of_function = frame->line > 0;
		frame->is_library = is_script_library(file);
	}
	frame->function = *text ? text : "(anonymous)";
	return true;
}

/* CPython: "py::Server.handle:/app/server.py". */
static bool python_parse(struct report *report, const char *name, struct report_frame *frame)
{
	char *text, *colon;

	if (!text_starts_with(name, "py::"))
		return false;
	text = report_strdup(report, name + 4);
	colon = strchr(text, ':');
	if (colon)
		*colon++ = '\0';
	frame->function = text;
	frame->file = colon && *colon ? colon : NULL;
	frame->runtime = RUNTIME_python;
	frame->language = runtime_language(RUNTIME_python);
	return true;
}

void jit_name_parse(struct report *report, const char *name, struct report_frame *ret_frame)
{
	if (script_parse(report, name, ret_frame) || python_parse(report, name, ret_frame))
		return;
	ret_frame->function = report_strdup(report, name);
}
