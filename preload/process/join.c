/* SPDX-License-Identifier: MIT */
/* May a program that is about to be started join the session, and how? */
#include "process/join.h"

#include <errno.h>
#include <string.h>

#include "base/raw.h"
#include "process/environment.h"
#include "process/handover.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/variables.h"

/* Is the word one of these, which are separated by blanks? */
static bool is_one_of(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += length)
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

/* Is it the loader as a program (man 8 ld.so), asked for something else than to run one? */
static bool is_asking_loader(const char *path, char *const *argv)
{
	const char *name = path ? strrchr(path, '/') : NULL;

	name = name ? name + 1 : path;
	if (!name || !argv || !argv[0] ||
	    (strncmp(name, "ld-linux", 8) != 0 && strncmp(name, "ld.so", 5) != 0))
		return false;
	for (argv++; *argv && strncmp(*argv, "--", 2) == 0; argv++) {
		if (is_one_of(" --list --verify --version --help --list-tunables "
			      "--list-diagnostics ",
			      *argv))
			return true;
		if (is_one_of(" --library-path --glibc-hwcaps-prepend --glibc-hwcaps-mask "
			      "--inhibit-rpath --audit --preload --argv0 ",
			      *argv) &&
		    argv[1])
			argv++;
	}
	return false;
}

void joining_decide(struct joining *ret_joining, const char *path, bool is_searched,
		    char *const *argv, char *const *environment)
{
	long reached;

	*ret_joining = (struct joining){ .hindrance = environment_hindrance(environment) };
	if (!joining_is_led(ret_joining))
		return;
	/* A static program has no loader, and runs: it could not be led anyway. */
	if (environment_find(environment, "LD_TRACE_LOADED_OBJECTS=") ||
	    is_asking_loader(path, argv)) {
		ret_joining->hindrance = HINDRANCE_LISTS;
		return;
	}
	/* Its loader would make calls for us that the filter has not been asked about. */
	if (!shim_may_call_kernel())
		return;
	/* A chroot, another mount namespace, another user: the loader would complain. */
	reached = raw3(SYS_faccessat, AT_FDCWD, shim.library_path, R_OK);
	if (reached != 0) {
		ret_joining->hindrance = reached == -EACCES ? HINDRANCE_LIBRARY : HINDRANCE_ROOT;
		return;
	}
	ret_joining->hindrance = handover_hindrance();
	if (ret_joining->hindrance != HINDRANCE_NONE)
		return;
	target_look(path, is_searched, &ret_joining->target);
	ret_joining->is_preloaded = !ret_joining->target.is_foreign;
}
