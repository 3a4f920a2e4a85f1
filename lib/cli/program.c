/* SPDX-License-Identifier: MIT */
/* Finds PROGRAM, and libunclosed.so beside our own program. */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define LIBRARY_NAME "libunclosed.so"

/* Library directory as seen from the program's, once installed. */
#ifndef UNCLOSED_LIBDIR_FROM_BINDIR
#define UNCLOSED_LIBDIR_FROM_BINDIR "../lib"
#endif

static int executable_check(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

int program_find(const char *name, char *ret_path, size_t size)
{
	const char *path = getenv("PATH");
	int result = -ENOENT;

	if (strlen(name) >= size)
		return -ENAMETOOLONG;
	if (strchr(name, '/')) {
		strcpy(ret_path, name);
		return executable_check(name);
	}
	if (*name == '\0')
		return -ENOENT;
	/* The default is that of execvp(): confstr(_CS_PATH). */
	for (path = path ? path : "/bin:/usr/bin";; path++) {
		size_t length = strcspn(path, ":");
		int found, written;

		written = snprintf(ret_path, size, "%.*s%s%s", (int)length, path, length ? "/" : "",
				   name);
		found = written < (int)size ? executable_check(ret_path) : -ENAMETOOLONG;
		if (found == 0)
			return 0;
		/* A directory that we may not search has nothing for us. */
		if (found == -EACCES && access(ret_path, F_OK) == 0)
			result = -EACCES;
		path += length;
		if (*path == '\0')
			return result;
	}
}

int program_complain(const char *name, int error)
{
	struct stat status;
	bool is_there = strchr(name, '/') && stat(name, &status) == 0;

	if (error == ENOENT && is_there) {
		(void)complain("cannot execute '%s': its interpreter or loader is missing", name);
		return EXIT_NOT_EXECUTABLE;
	}
	if (error == ENOENT || error == ENOTDIR) {
		(void)complain("cannot find program '%s'%s%s", name,
			       strchr(name, '/') ? ": " : " in PATH",
			       strchr(name, '/') ? strerror(error) : "");
		return EXIT_NOT_FOUND;
	}
	if (is_there && S_ISDIR(status.st_mode))
		error = EISDIR;
	(void)complain("cannot execute '%s': %s", name, strerror(error));
	return EXIT_NOT_EXECUTABLE;
}

int own_directory(char *ret_path, size_t size)
{
	const char *executed = (const char *)getauxval(AT_EXECFN);
	char *path = realpath("/proc/self/exe", NULL), *slash;
	int result = 0;

	if (!path && executed) /* without /proc: what execve() was given */
		path = realpath(executed, NULL);
	if (!path)
		return -errno;
	slash = strrchr(path, '/');
	*slash = '\0';
	if (strlen(path) < size)
		strcpy(ret_path, path);
	else
		result = -ENAMETOOLONG;
	free(path);
	return result;
}

/* The path without symbolic links: it must name the same file in every directory. */
static int library_try(const char *path, char *ret_path, size_t size)
{
	char *real = realpath(path, NULL);
	int result = real ? 0 : -errno;

	if (real && access(real, R_OK) < 0)
		result = -errno;
	if (result == 0 && strlen(real) >= size)
		result = -ENAMETOOLONG;
	if (result == 0)
		strcpy(ret_path, real);
	free(real);
	return result;
}

int library_find(char *ret_path, size_t size)
{
	static const char *const places[] = { "../lib/" LIBRARY_NAME,
					      UNCLOSED_LIBDIR_FROM_BINDIR "/" LIBRARY_NAME };
	const char *given = getenv("UNCLOSED_LIBRARY");
	char directory[PATH_MAX], path[2 * PATH_MAX];
	int result;

	if (given && *given)
		return library_try(given, ret_path, size);
	result = own_directory(directory, sizeof(directory));
	if (result < 0)
		return result;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, places[i]); /* fits */
		result = library_try(path, ret_path, size);
		if (result == 0)
			return 0;
	}
	return result;
}
