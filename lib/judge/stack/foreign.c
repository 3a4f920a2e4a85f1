/* SPDX-License-Identifier: MIT */
/*
 * Source that is compiled into a program and is not its own: who reads a report cannot
 * change it. That are headers of the C library (which -D_FORTIFY_SOURCE inlines) and of
 * other libraries, some of which are nothing but headers; and packages of Rust and Go,
 * which are compiled with the program. DWARF does not tell them apart: the path does.
 */
#include <string.h>

#include "base/text.h"
#include "judge/stack/paths.h"

/* Where systems and compilers have their own. */
static const char *const system_folders[] = {
	"/usr/include/",  "/usr/local/include/", "/usr/lib/",       "/usr/lib64/",
	"/usr/libexec/",  "/usr/local/lib/",     "/usr/local/go/",  "/usr/share/cargo/",
	"/usr/share/go-", "/usr/share/gocode/",  "/usr/src/rustc-", "/rustc/",
};

/* Where package managers put what they fetch, inside of a checkout, too. */
static const char *const package_folders[] = {
	"/rustlib/src/", "/registry/src/",     "/git/checkouts/",    "/pkg/mod/", "/sdk/go1",
	"/_deps/",       "/vcpkg_installed/", "/vcpkg/installed/", "/.conan/",  "/.conan2/",
};

static bool is_of_system(const char *file)
{
	for (size_t i = 0; i < sizeof(system_folders) / sizeof(system_folders[0]); i++)
		if (text_starts_with(file, system_folders[i]))
			return true;
	return false;
}

static bool is_of_package(const char *file)
{
	for (size_t i = 0; i < sizeof(package_folders) / sizeof(package_folders[0]); i++)
		if (strstr(file, package_folders[i]))
			return true;
	return false;
}

/*
 * Headers of an installation somewhere: PREFIX/include/…, and what was compiled is not
 * below PREFIX. A project that has its own headers in include/ is around both.
 */
static bool is_installed(const char *file, const char *unit)
{
	const char *at = strstr(file, "/include/");
	size_t length = at ? (size_t)(at - file) : 0;

	return at && unit && unit[0] == '/' &&
	       (strncmp(unit, file, length) != 0 || (unit[length] && unit[length] != '/'));
}

bool source_is_foreign(const struct paths *paths, const char *file, const char *unit)
{
	if (file[0] != '/' || is_of_package(file))
		return is_of_package(file);
	if (paths->is_checkout && path_is_below(paths->project, file))
		return false;
	return is_of_system(file) || is_installed(file, unit);
}
