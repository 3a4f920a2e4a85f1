/* SPDX-License-Identifier: MIT */
/* The names of marks near the limit of descriptors: in reports, and in names of files. */
#include "judge/judge.h"

const char *judge_mark_name(unsigned int mark)
{
	static const char *const names[LIMIT_MARKS] = { [LIMIT_80] = "80%",
							[LIMIT_90] = "90%",
							[LIMIT_95] = "95%",
							[LIMIT_EMFILE] = "EMFILE",
							[LIMIT_ENFILE] = "ENFILE" };

	return mark < LIMIT_MARKS ? names[mark] : "?";
}
