/* SPDX-License-Identifier: MIT */
#include "cli/source_root.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	while (length > 1 && folder[length - 1] == '/')
		length--;
	return length > 1 && strncmp(path, folder, length) == 0 &&
	       (path[length] == '/' || path[length] == '\0');
}

/* Each CI system says in its own variable where it checked out. */
static const char *root_of_ci(const char *cwd)
{
	static const char *const variables[] = {
		"GITHUB_WORKSPACE",         "CI_PROJECT_DIR" /* GitLab */,
		"WORKSPACE" /* Jenkins */,  "BUILD_SOURCESDIRECTORY" /* Azure */,
		"CIRCLE_WORKING_DIRECTORY",
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *folder = getenv(variables[i]);

		if (folder && is_in(cwd, folder))
			return folder;
	}
	return NULL;
}

const char *source_root(const char *cwd)
{
	static char folder[PATH_MAX];
	char mark[PATH_MAX + sizeof("/.git")];
	const char *root;

	if (!cwd || cwd[0] != '/' || strlen(cwd) >= sizeof(folder))
		return cwd;
	root = root_of_ci(cwd);
	if (root)
		return root;
	strcpy(folder, cwd);
	for (char *slash = folder + strlen(folder); slash; slash = strrchr(folder, '/')) {
		*slash = '\0';
		(void)snprintf(mark, sizeof(mark), "%s/.git", folder); /* fits */
		if (folder[0] && access(mark, F_OK) == 0)
			return folder;
	}
	return cwd;
}
