/* SPDX-License-Identifier: MIT */
/* The words for memory of sockets. */
#include "judge/words/words.h"

static const char *const titles[KIND_MEMORIES] = {
	[KIND_ADDRINFO - KIND_DESCRIPTORS] = "address list of getaddrinfo(), never freed",
	[KIND_IFADDRS - KIND_DESCRIPTORS] = "interface list of getifaddrs(), never freed",
	[KIND_IFNAMEINDEX - KIND_DESCRIPTORS] = "interface names of if_nameindex(), never freed",
};

void memory_word(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	const char *function = function_text(judge, stack_top(judge, &finding->stack));

	finding->title = titles[finding->kind - KIND_DESCRIPTORS];
	if (group->siblings || group->line_siblings || finding->count <= finding->process_count)
		return;
	finding->explanation_row = function ? "never-closed" : NULL;
	finding->explanation =
		function ? report_printf(judge->report, "Nothing that %s got here was ever freed.",
					 function)
			 : NULL;
}
