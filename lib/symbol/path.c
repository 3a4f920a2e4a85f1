/* SPDX-License-Identifier: MIT */
/* Paths of source files, made plain. */
#include "symbol/path.h"

#include <stdbool.h>
#include <string.h>

/* A path under construction; `floor` is what ".." must not remove. */
struct path {
	char *text;
	size_t length;
	size_t floor;
};

static void path_add(struct path *path, const char *name, size_t length)
{
	if (path->length > 0 && path->text[path->length - 1] != '/')
		path->text[path->length++] = '/';
	memcpy(path->text + path->length, name, length);
	path->length += length;
}

/* Remove the last component; false when there is none that may go. */
static bool path_drop(struct path *path)
{
	if (path->length <= path->floor)
		return false;
	while (path->length > path->floor && path->text[path->length - 1] != '/')
		path->length--;
	if (path->length > path->floor)
		path->length--;
	return true;
}

static void path_add_all(struct path *path, const char *names)
{
	while (*names) {
		size_t length = strcspn(names, "/");

		if (length == 2 && memcmp(names, "..", 2) == 0) {
			if (!path_drop(path) && path->text[0] != '/') {
				path_add(path, "..", 2);
				path->floor = path->length;
			}
		} else if (length > 0 && !(length == 1 && names[0] == '.')) {
			path_add(path, names, length);
		}
		names += length;
		names += *names == '/';
	}
}

/* libdw puts the directory of compilation before some names, also when it is relative. */
static bool path_is_below(const char *name, const char *directory)
{
	size_t length = strlen(directory);

	if (name[0] == '/' || length == 0)
		return true;
	return directory[length - 1] != '.' && strncmp(name, directory, length) == 0 &&
	       name[length] == '/';
}

const char *path_clean(struct arena *arena, const char *directory, const char *name)
{
	struct path path = { 0 };

	if (!name || !name[0])
		return NULL;
	if (!directory || path_is_below(name, directory))
		directory = "";
	path.text = arena_take(arena, strlen(directory) + strlen(name) + 3);
	if (!path.text)
		return NULL;
	if (directory[0] == '/' || name[0] == '/') {
		path.text[0] = '/';
		path.length = path.floor = 1;
	}
	path_add_all(&path, directory);
	path_add_all(&path, name);
	path.text[path.length] = '\0';
	return path.length > 0 ? path.text : NULL;
}
