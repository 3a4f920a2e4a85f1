/* SPDX-License-Identifier: MIT */
/*
 * What a file is. Nothing is recorded but the use of a closed number: a program that
 * only wants to know whether a number is open may ask so. Programs of before glibc 2.33
 * have fstat() in themselves, and call __fxstat().
 */
#include "calls/newer.h"
#include "record/misuse.h"

int fstat(int fd, struct stat *status)
{
	return asked(CALL_fstat, fd, REAL_OR_KERNEL(fstat, fd, status));
}
SINCE_2_33(fstat);

int fstat64(int fd, struct stat64 *status)
{
	return asked(CALL_fstat64, fd, REAL_OR_NUMBER(fstat64, SYS_fstat, fd, status));
}
SINCE_2_33(fstat64);

int __fxstat(int version, int fd, struct stat *status)
{
	return asked(CALL___fxstat, fd, REAL(__fxstat)(version, fd, status));
}

int __fxstat64(int version, int fd, struct stat64 *status)
{
	return asked(CALL___fxstat64, fd, REAL(__fxstat64)(version, fd, status));
}

/* Of a directory, or with AT_EMPTY_PATH of the number itself. */
static int found(enum call call, int directory, int flags, long result)
{
	return (int)(flags & AT_EMPTY_PATH ? asked(call, directory, result)
					   : used(call, directory, result));
}

int fstatat(int directory, const char *restrict path, struct stat *restrict status, int flags)
{
	return found(CALL_fstatat, directory, flags,
		     REAL_OR_NUMBER(fstatat, SYS_newfstatat, directory, path, status, flags));
}
SINCE_2_33(fstatat);

int fstatat64(int directory, const char *restrict path, struct stat64 *restrict status, int flags)
{
	return found(CALL_fstatat64, directory, flags,
		     REAL_OR_NUMBER(fstatat64, SYS_newfstatat, directory, path, status, flags));
}
SINCE_2_33(fstatat64);

int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags)
{
	return found(CALL___fxstatat, directory, flags,
		     REAL(__fxstatat)(version, directory, path, status, flags));
}

int __fxstatat64(int version, int directory, const char *path, struct stat64 *status, int flags)
{
	return found(CALL___fxstatat64, directory, flags,
		     REAL(__fxstatat64)(version, directory, path, status, flags));
}

int statx(int directory, const char *restrict path, int flags, unsigned int mask,
	  struct statx *restrict status)
{
	return found(CALL_statx, directory, flags,
		     REAL_OR_KERNEL(statx, directory, path, flags, mask, status));
}
SINCE_2_28(statx);
