/* SPDX-License-Identifier: MIT */
/* Finds the checkout that paths in reports are relative to, from what CI systems set. */
#include "cli/source_root.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	while (length > 1 && folder[length - 1] == '/')
		length--;
	return length > 1 && strncmp(path, folder, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0');
}

const char *source_root(const char *project)
{
	static const char *const variables[] = {
		"GITHUB_WORKSPACE",         "CI_PROJECT_DIR" /* GitLab */,
		"WORKSPACE" /* Jenkins */,  "BUILD_SOURCESDIRECTORY" /* Azure */,
		"CIRCLE_WORKING_DIRECTORY",
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *folder = getenv(variables[i]);

		if (project && folder && is_in(project, folder))
			return folder;
	}
	return project;
}
