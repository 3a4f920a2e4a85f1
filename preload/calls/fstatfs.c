/* SPDX-License-Identifier: MIT */
/* The file system that a file is in. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int fstatfs(int fd, struct statfs *status)
{
	return used(CALL_fstatfs, fd, REAL(fstatfs)(fd, status));
}

int fstatfs64(int fd, struct statfs64 *status)
{
	return used(CALL_fstatfs64, fd, REAL(fstatfs64)(fd, status));
}

int fstatvfs(int fd, struct statvfs *status)
{
	return used(CALL_fstatvfs, fd, REAL(fstatvfs)(fd, status));
}

int fstatvfs64(int fd, struct statvfs64 *status)
{
	return used(CALL_fstatvfs64, fd, REAL(fstatvfs64)(fd, status));
}
