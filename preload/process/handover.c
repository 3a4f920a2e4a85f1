/* SPDX-License-Identifier: MIT */
/* One more user in the access control list of the ledger's file. */
#include "process/handover.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "ledger/access.h"
#include "shim/names.h"
#include "shim/state.h"

#define NO_CHANGE ((uid_t)-1)

/*
 * Is the file that has the ledger's name still the ledger? Somebody else may have put one
 * there when it was removed.
 */
static bool is_ledger(long fd, uint32_t owner)
{
	struct stat status;

	return raw2(SYS_fstat, fd, &status) == 0 && status.st_uid == owner &&
	       ledger_is_file(&shim.ledger, status.st_dev, status.st_ino);
}

static void user_admit(uint32_t user, uint32_t owner)
{
	struct acl acl;
	size_t size;
	long fd = raw4(SYS_openat, AT_FDCWD, shim.ledger_path,
		       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);

	if (raw_failed(fd))
		return;
	size = is_ledger(fd, owner) ? acl_extend((int)fd, user, ACL_READ_WRITE, &acl) : 0;
	if (size)
		(void)raw5(SYS_fsetxattr, fd, ACL_ATTRIBUTE, &acl, size, 0); /* asked for at exec */
	(void)raw1(SYS_close, fd);                                           /* was only read */
}

void handover_prepare(uid_t real, uid_t effective)
{
	uid_t now[3];

	if (!shim.is_active || !shim_may_call_kernel() ||
	    raw_failed(raw3(SYS_getresuid, &now[0], &now[1], &now[2])))
		return;
	if (real == NO_CHANGE)
		real = now[0];
	if (effective == NO_CHANGE)
		effective = now[1];
	if (real == effective && effective != now[1])
		user_admit(effective, now[1]);
}

void handover_done(void)
{
	shim.has_changed_user = true;
}

enum process_hindrance handover_hindrance(void)
{
	switch (raw3(SYS_faccessat, AT_FDCWD, shim.ledger_path, R_OK | W_OK)) {
	case -EACCES:
		return shim.has_changed_user ? HINDRANCE_USER : HINDRANCE_NONE;
	case -EROFS:
	case -ENOENT:
	case -ENOTDIR:
		return HINDRANCE_LEDGER;
	default:
		return HINDRANCE_NONE;
	}
}
