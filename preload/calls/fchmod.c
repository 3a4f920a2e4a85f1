/* SPDX-License-Identifier: MIT */
/* The owner and the mode of files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int fchmod(int fd, mode_t mode)
{
	return used(CALL_fchmod, fd, REAL(fchmod)(fd, mode));
}

int fchmodat(int directory, const char *path, mode_t mode, int flags)
{
	return used(CALL_fchmodat, directory, REAL(fchmodat)(directory, path, mode, flags));
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return used(CALL_fchown, fd, REAL(fchown)(fd, owner, group));
}

int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags)
{
	return used(CALL_fchownat, directory, REAL(fchownat)(directory, path, owner, group, flags));
}
