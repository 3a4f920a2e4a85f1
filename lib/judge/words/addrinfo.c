/* SPDX-License-Identifier: MIT */
/* The words for memory of sockets: what gives it back, and what most likely happened. */
#include "judge/judgement.h"

static const struct {
	const char *title, *closer;
} words[KIND_MEMORIES] = {
	[KIND_ADDRINFO - KIND_DESCRIPTORS] = { "address list of getaddrinfo(), never freed",
					       "freeaddrinfo()" },
	[KIND_IFADDRS - KIND_DESCRIPTORS] = { "interface list of getifaddrs(), never freed",
					      "freeifaddrs()" },
	[KIND_IFNAMEINDEX - KIND_DESCRIPTORS] = { "interface names of if_nameindex(), never freed",
						  "if_freenameindex()" },
};

const char *memory_closer(unsigned int kind)
{
	return words[kind - KIND_DESCRIPTORS].closer;
}

void memory_word(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	const char *closer = memory_closer(finding->kind);

	finding->title = words[finding->kind - KIND_DESCRIPTORS].title;
	if (group->siblings)
		finding->explanation = report_printf(
			judge->report,
			"Likely one path leaves without the %s that the others reach.", closer);
	else if (finding->count > finding->process_count)
		finding->explanation = report_printf(judge->report,
						     "Every call from here leaves one more: likely "
						     "the %s is missing altogether.",
						     closer);
	else
		finding->explanation = "Nothing shows a mistake: it may have been kept for as long "
				       "as the program runs.";
}
