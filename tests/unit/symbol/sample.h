/* SPDX-License-Identifier: MIT */
/* Reads what a sample program says of itself (samples/mark.h). */
#ifndef UNCLOSED_TESTS_SYMBOL_SAMPLE_H
#define UNCLOSED_TESTS_SYMBOL_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKS_MOST 16
#define MARK_FRAMES_MOST 8

struct mark {
	uint64_t address;
	size_t count;
	char functions[MARK_FRAMES_MOST][64];
	unsigned int lines[MARK_FRAMES_MOST];
};

/* Run the sample `name`; returns how many marks it printed. */
static inline size_t sample_run(const char *name, struct mark marks[MARKS_MOST])
{
	char line[1024], command[512];
	size_t count = 0;
	FILE *output;

	snprintf(command, sizeof(command), "'%s%s'", SAMPLES, name);
	output = popen(command, "r");
	while (output && count < MARKS_MOST && fgets(line, sizeof(line), output)) {
		struct mark *mark = &marks[count];
		char *rest = line, *field = strsep(&rest, "\t\n");

		if (strncmp(field, "0x", 2) != 0)
			continue;
		*mark = (struct mark){ .address = strtoull(field, NULL, 16) };
		while ((field = strsep(&rest, "\t\n")) && *field) {
			char *colon = strrchr(field, ':');

			snprintf(mark->functions[mark->count], 64, "%.*s", (int)(colon - field),
				 field);
			mark->lines[mark->count++] = (unsigned int)atoi(colon + 1);
		}
		count++;
	}
	if (output)
		pclose(output);
	return count;
}

/* The mark whose innermost function is `function`; NULL: none. */
static inline const struct mark *mark_find(const struct mark *marks, size_t count,
					   const char *function)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(marks[i].functions[0], function) == 0)
			return &marks[i];
	return NULL;
}

#endif
