/* SPDX-License-Identifier: MIT */
/* Extended attributes. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	return used(CALL_fgetxattr, fd, REAL(fgetxattr)(fd, name, value, size));
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	return used(CALL_fsetxattr, fd, REAL(fsetxattr)(fd, name, value, size, flags));
}

ssize_t flistxattr(int fd, char *names, size_t size)
{
	return used(CALL_flistxattr, fd, REAL(flistxattr)(fd, names, size));
}

int fremovexattr(int fd, const char *name)
{
	return used(CALL_fremovexattr, fd, REAL(fremovexattr)(fd, name));
}
