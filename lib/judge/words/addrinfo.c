/* SPDX-License-Identifier: MIT */
/* The words for memory of sockets: what most likely happened. */
#include "judge/words/words.h"

static const char *const titles[KIND_MEMORIES] = {
	[KIND_ADDRINFO - KIND_DESCRIPTORS] = "address list of getaddrinfo(), never freed",
	[KIND_IFADDRS - KIND_DESCRIPTORS] = "interface list of getifaddrs(), never freed",
	[KIND_IFNAMEINDEX - KIND_DESCRIPTORS] = "interface names of if_nameindex(), never freed",
};

void memory_word(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	const char *closer = closer_text(judge, group);

	finding->title = titles[finding->kind - KIND_DESCRIPTORS];
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
