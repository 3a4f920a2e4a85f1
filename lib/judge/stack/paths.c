/* SPDX-License-Identifier: MIT */
/* Source files on this machine: where a file is now, and what a report calls it. */
#include "judge/stack/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/model.h"

#define BAZEL_CWD "/proc/self/cwd/"

static bool is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Build "directory/name"; false when it is too long for any file. */
static bool path_join(char path[PATH_MAX], const char *directory, const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", directory[0] ? directory : ".", name);

	return length > 0 && length < PATH_MAX;
}

bool project_is_checkout(const char *directory)
{
	static const char *const marks[] = { ".git", ".hg", ".svn", ".jj", ".bzr" };
	char path[PATH_MAX];
	struct stat status;

	/* In a worktree, .git is a file. */
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (path_join(path, directory, marks[i]) && lstat(path, &status) == 0)
			return true;
	return false;
}

const char *project_find(struct report *report, const char *cwd)
{
	char *directory;

	if (!cwd || cwd[0] != '/' || strlen(cwd) >= PATH_MAX)
		return NULL;
	directory = report_strdup(report, cwd);
	while (directory[1]) { /* "/" itself is nobody's checkout */
		char *slash = strrchr(directory, '/');

		if (project_is_checkout(directory))
			return directory;
		slash[slash == directory] = '\0';
	}
	return cwd;
}

/* Behind `directory` and a slash in `path`; NULL when it is not below. */
static const char *path_below(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	while (length > 0 && directory[length - 1] == '/')
		length--;
	return strncmp(path, directory, length) == 0 && path[length] == '/' && path[length + 1]
		       ? path + length + 1
		       : NULL;
}

/* Only names that do not depend on our own working directory are handed out. */
static const char *file_in(const struct paths *paths, const char *directory, const char *name)
{
	char path[PATH_MAX], whole[PATH_MAX];

	if (!directory || !path_join(path, directory, name) || !is_file(path))
		return NULL;
	if (path[0] != '/' && !realpath(path, whole))
		return NULL;
	return report_strdup(paths->report, path[0] == '/' ? path : whole);
}

/* The longest end of `file` that exists below `directory`. */
static const char *file_end_in(const struct paths *paths, const char *directory, const char *file)
{
	const char *found = NULL;

	for (const char *end = file; end && !found;) {
		end += strspn(end, "/");
		found = *end ? file_in(paths, directory, end) : NULL;
		end = strchr(end, '/');
	}
	return found;
}

/* A given DIR whose name has a '=' is a directory all the same. */
static const char *substitution_of(const char *given)
{
	const char *equals = strchr(given, '=');

	return equals && equals > given && !is_directory(given) ? equals : NULL;
}

static const char *file_substituted(const struct paths *paths, const char *file)
{
	for (uint32_t i = 0; i < paths->given_count; i++) {
		const char *given = paths->given[i];
		const char *equals = substitution_of(given);
		const char *rest, *found;
		char old[PATH_MAX];

		if (!equals || equals - given >= PATH_MAX)
			continue;
		*(char *)mempcpy(old, given, (size_t)(equals - given)) = '\0';
		rest = path_below(old, file);
		found = rest ? file_in(paths, equals + 1, rest) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

static const char *file_in_given(const struct paths *paths, const char *file)
{
	const char *found = NULL;

	for (uint32_t i = 0; i < paths->given_count && !found; i++)
		if (!substitution_of(paths->given[i]))
			found = file_end_in(paths, paths->given[i], file);
	return found;
}

/* Compiled in another checkout of the same name: /ci/job/chat/src/a.c is src/a.c of /home/me/chat.
 */
static const char *file_in_namesake(const struct paths *paths, const char *file)
{
	const char *name = paths->project ? strrchr(paths->project, '/') : NULL;
	const char *found = NULL;
	size_t length;

	if (!name || !name[1])
		return NULL;
	length = strlen(name);
	for (const char *at = file; !found && (at = strstr(at, name)); at++)
		if (at[length] == '/')
			found = file_in(paths, paths->project, at + length + 1);
	return found;
}

static const char *file_relative_found(const struct paths *paths, const char *file, bool is_system)
{
	const char *found = is_system ? NULL : file_in(paths, paths->project, file);

	if (!found && !is_system)
		found = file_in(paths, paths->cwd, file);
	return found ? found : file_in_given(paths, file);
}

const char *source_find(const struct paths *paths, const char *file, bool is_system)
{
	const char *found = strlen(file) < PATH_MAX ? file_substituted(paths, file) : NULL;

	if (found || strlen(file) >= PATH_MAX)
		return found;
	if (strncmp(file, BAZEL_CWD, strlen(BAZEL_CWD)) == 0)
		file += strlen(BAZEL_CWD);
	if (file[0] != '/')
		return file_relative_found(paths, file, is_system);
	if (is_file(file))
		return file;
	found = file_in_given(paths, file);
	return found || is_system ? found : file_in_namesake(paths, file);
}

const char *path_shown(const struct paths *paths, const char *file)
{
	/* Below "/" is everything: without its slash a name would not show what it is relative to. */
	bool is_named = paths->project && paths->project[strspn(paths->project, "/")];
	const char *below = is_named ? path_below(paths->project, file) : NULL;

	return below ? below : file;
}

bool path_is_below(const char *directory, const char *file)
{
	return path_below(directory, file) != NULL;
}
