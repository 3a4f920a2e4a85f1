/* SPDX-License-Identifier: MIT */
/* Names of Python functions, for groups, sentences and fingerprints. */
#include "judge/stack/python_words.h"

#include <string.h>

#define LOCALS ".<locals>."

const char *python_functions(struct report *report, const char *text)
{
	char *functions = report_strdup(report, text), *to = functions;

	while (*text) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (strncmp(text, "-\n", 2) != 0) {
			memcpy(to, text, length);
			to += length;
		}
		text += length;
	}
	*to = '\0';
	return functions;
}

static const char *file_name(const struct report_frame *frame)
{
	const char *path = frame->file ? frame->file : "?", *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "server:Server.handle": a function with its module's name, without the path to it. */
static const char *whole_name(struct report *report, const struct report_frame *frame)
{
	const char *name = file_name(frame), *dot = strrchr(name, '.');
	int length = (int)(dot && name[0] != '<' ? (size_t)(dot - name) : strlen(name));

	return report_printf(report, "%.*s:%s", length, name, frame->function);
}

const char *python_key(struct report *report, const struct report_frame *frame, bool is_first)
{
	return is_first && strcmp(frame->function, "<module>") == 0 ? whole_name(report, frame)
								    : frame->function;
}

/* Functions without a name of their own are told by the one around them. */
const char *python_function_text(struct report *report, const struct report_frame *frame)
{
	char *name = report_strdup(report, frame->function), *last = name;

	for (char *at = name; (at = strstr(at, LOCALS)); at += strlen(LOCALS)) {
		if (at[strlen(LOCALS)] == '<') {
			*at = '\0';
			break;
		}
		last = at + strlen(LOCALS);
	}
	if (strcmp(last, "<module>") == 0)
		return "the module's top level";
	if (strcmp(last, "<lambda>") == 0)
		return "a lambda";
	return last[0] == '<' ? "a comprehension" : report_printf(report, "%s()", last);
}
