/* SPDX-License-Identifier: MIT */
/* May a program that is about to be started join the session, and how? */
#include "process/join.h"

#include <errno.h>

#include "base/raw.h"
#include "process/environment.h"
#include "process/handover.h"
#include "shim/names.h"
#include "shim/state.h"

void joining_decide(struct joining *ret_joining, const char *path, bool is_searched,
		    char *const *environment)
{
	long reached;

	*ret_joining = (struct joining){ .hindrance = environment_hindrance(environment) };
	if (!joining_is_led(ret_joining))
		return;
	/* Its loader would make calls for us that the filter has not been asked about. */
	if (!shim_may_call_kernel())
		return;
	/* A chroot, another mount namespace, another user: the loader would complain. */
	reached = raw3(SYS_faccessat, AT_FDCWD, shim.library_path, R_OK);
	if (reached != 0) {
		ret_joining->hindrance = reached == -EACCES ? HINDRANCE_LIBRARY : HINDRANCE_ROOT;
		return;
	}
	if (!handover_reaches_ledger()) {
		ret_joining->hindrance = HINDRANCE_USER;
		return;
	}
	target_look(path, is_searched, &ret_joining->target);
	ret_joining->is_preloaded = !ret_joining->target.is_foreign;
}
