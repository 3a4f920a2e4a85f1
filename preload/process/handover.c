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
#define NO_ID UINT32_MAX

static void acl_add(struct acl *acl, size_t *count, enum acl_tag tag, uint16_t permissions,
		    uint32_t id)
{
	acl->entries[(*count)++] = (struct acl_entry){ (uint16_t)tag, permissions, id };
}

/* The list with one more user than the file has now. Returns its size; 0: he has it, or no room. */
static size_t acl_extend(long fd, uint32_t user, struct acl *ret_acl)
{
	struct acl now;
	size_t entries = acl_read((int)fd, &now), count = 0;

	ret_acl->version = ACL_VERSION;
	acl_add(ret_acl, &count, ACL_OWNER, ACL_READ_WRITE, NO_ID);
	for (size_t i = 0; i < entries; i++) {
		if (now.entries[i].tag != ACL_USER)
			continue;
		if (now.entries[i].id == user || count == ACL_USERS_MAX)
			return 0;
		acl_add(ret_acl, &count, ACL_USER, ACL_READ_WRITE, now.entries[i].id);
	}
	acl_add(ret_acl, &count, ACL_USER, ACL_READ_WRITE, user);
	acl_add(ret_acl, &count, ACL_GROUP, 0, NO_ID);
	acl_add(ret_acl, &count, ACL_MASK, ACL_READ_WRITE, NO_ID);
	acl_add(ret_acl, &count, ACL_OTHER, 0, NO_ID);
	return sizeof(ret_acl->version) + count * sizeof(ret_acl->entries[0]);
}

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
	size = is_ledger(fd, owner) ? acl_extend(fd, user, &acl) : 0;
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
