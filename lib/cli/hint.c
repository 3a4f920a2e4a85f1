/* SPDX-License-Identifier: MIT */
/* Suggests an option for a name that is not an option: the nearest one, or an answer. */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"

#define NAME_MAX_LENGTH 32

static const struct {
	const char *name;
	const char *answer;
} foreign[] = {
#define FOREIGN(name_, answer_) { .name = name_, .answer = answer_ },
#include "cli/foreign.def"
#undef FOREIGN
};

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* How many insertions, deletions and replacements turn one name into the other. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[NAME_MAX_LENGTH + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = smallest(replaced, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[b_length];
}

static const char *nearest_option(const char *name, size_t length)
{
	const char *nearest = NULL;
	size_t nearest_distance = 2 + length / 5;

	if (length < 2 || length > NAME_MAX_LENGTH)
		return NULL;
	for (const struct option_row *row = option_rows; row->name; row++) {
		size_t distance = edit_distance(name, length, row->name, strlen(row->name));

		if (strncmp(row->name, name, length) == 0)
			distance = 1;
		if (distance <= nearest_distance && distance < length) {
			nearest = row->name;
			nearest_distance = distance - (distance > 0);
		}
	}
	return nearest;
}

const char *arguments_hint(const char *name, size_t length, const char *dashes)
{
	static char hint[256];
	const char *nearest;

	hint[0] = '\0';
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strlen(foreign[i].name) == length &&
		    memcmp(foreign[i].name, name, length) == 0) {
			(void)snprintf(hint, sizeof(hint), "; --%s is %s", foreign[i].name,
				       foreign[i].answer);
			return hint;
		}
	nearest = nearest_option(name, length);
	if (nearest)
		(void)snprintf(hint, sizeof(hint), "; did you mean %s%s?", dashes, nearest);
	return hint;
}
