/* SPDX-License-Identifier: MIT */
/* Looks where libdw will look (its libdw_find_split_unit.c and dwarf_getalt.c). */
#include "symbol/companion.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is not there is not opened. */
static bool is_safe(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 || S_ISREG(status.st_mode);
}

/* "folder/part/name", in the folder of `file`, a link followed, too; `part` may be "". */
static bool is_safe_beside(const char *file, const char *part, const char *name)
{
	char real[PATH_MAX], path[2 * PATH_MAX];
	const char *files[] = { file, file ? realpath(file, real) : NULL };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *slash = files[i] ? strrchr(files[i], '/') : NULL;

		if (!files[i])
			continue;
		if (snprintf(path, sizeof(path), "%.*s%s/%s",
			     slash ? (int)(slash - files[i] + 1) : 0, files[i], part,
			     name) >= (int)sizeof(path))
			return false;
		if (!is_safe(path))
			return false;
	}
	return true;
}

static bool is_safe_name(const struct companion_of *of, const char *part, const char *name)
{
	char path[2 * PATH_MAX];

	if (name[0] == '/')
		return is_safe(name);
	if (part[0] != '/')
		return is_safe_beside(of->main, part, name) &&
		       is_safe_beside(of->debug, part, name);
	return snprintf(path, sizeof(path), "%s/%s", part, name) < (int)sizeof(path) &&
	       is_safe(path);
}

static bool package_is_safe(const char *file)
{
	char path[PATH_MAX + 8], real[PATH_MAX];

	if (!file || !realpath(file, real))
		return true;
	return snprintf(path, sizeof(path), "%s.dwp", real) < (int)sizeof(path) && is_safe(path);
}

static const char *text_of(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute storage;

	return dwarf_formstring(dwarf_attr(die, name, &storage));
}

bool companion_split_is_safe(const struct companion_of *of, Dwarf_Die *die)
{
	const char *name = text_of(die, DW_AT_dwo_name), *folder = text_of(die, DW_AT_comp_dir);

	if (!name)
		name = text_of(die, DW_AT_GNU_dwo_name);
	return package_is_safe(of->main) && package_is_safe(of->debug) &&
	       (!name ||
		(is_safe_name(of, ".", name) && is_safe_name(of, folder ? folder : ".", name)));
}

bool companion_shared_is_safe(const struct companion_of *of, Dwarf *dwarf)
{
	const void *build_id;
	const char *name;

	return dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &build_id) <= 0 ||
	       is_safe_name(of, ".", name);
}
