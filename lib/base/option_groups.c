/* SPDX-License-Identifier: MIT */
/* The headings of the groups of options. Of the tool alone: the shim has no use for them. */
#include "base/options.h"

const char *option_group_title(enum option_group group)
{
	static const char *const titles[OPTION_GROUP_COUNT] = {
#define OPTION_GROUP(id, title) [OPTION_GROUP_##id] = title,
#include "base/options.def"
	};

	return titles[group];
}
