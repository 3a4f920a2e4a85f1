/* SPDX-License-Identifier: MIT */
/* setuid and its kin, by which a process drops to another user. */
#include "libc/real.h"
#include "process/handover.h"

static int changed(int result)
{
	if (result == 0)
		handover_done();
	return result;
}

int setuid(uid_t user)
{
	handover_prepare(user, user);
	return changed(REAL(setuid)(user));
}

int seteuid(uid_t user)
{
	handover_prepare((uid_t)-1, user);
	return changed(REAL(seteuid)(user));
}

int setreuid(uid_t real, uid_t effective)
{
	handover_prepare(real, effective);
	return changed(REAL(setreuid)(real, effective));
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	handover_prepare(real, effective);
	return changed(REAL(setresuid)(real, effective, saved));
}
