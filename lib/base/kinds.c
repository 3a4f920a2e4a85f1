/* SPDX-License-Identifier: MIT */
/* The names of the kinds of descriptors, from kinds.def. */
#include "base/kinds.h"

#include <errno.h>
#include <string.h>

/* Text and not pointers: the loader would have to relocate pointers in every process. */
static const struct {
	char name[16];
	char plural[24];
} kinds[KIND_COUNT] = {
#define KIND(id, name, plural) [KIND_##id] = { name, plural },
#include "base/kinds.def"
#undef KIND
};

const char *kind_name(unsigned int kind)
{
	return kinds[kind < KIND_COUNT ? kind : KIND_OTHER].name;
}

const char *kind_plural(unsigned int kind)
{
	return kinds[kind < KIND_COUNT ? kind : KIND_OTHER].plural;
}

static uint32_t kind_set_of(const char *word, size_t length)
{
	if (length == 3 && memcmp(word, "all", 3) == 0)
		return KIND_ALL;
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (strlen(kinds[kind].name) == length &&
		    memcmp(word, kinds[kind].name, length) == 0)
			return KIND_BIT(kind);
	return 0;
}

int kinds_parse(const char *list, uint32_t *ret_set, const char **ret_bad, int *ret_bad_length)
{
	uint32_t set = 0;

	for (const char *word = list;;) {
		size_t length = strcspn(word, ",");
		uint32_t found = kind_set_of(word, length);

		if (!found) {
			*ret_bad = word;
			*ret_bad_length = (int)length;
			return -EINVAL;
		}
		set |= found;
		if (word[length] == '\0')
			break;
		word += length + 1;
	}
	*ret_set = set;
	return 0;
}
