/* SPDX-License-Identifier: MIT */
/* Names in a directory that is given by its number. Nothing is recorded but the use of a closed
 * number. */
#include "calls/newer.h"
#include "record/misuse.h"

int faccessat(int directory, const char *path, int mode, int flags)
{
	return used(CALL_faccessat, directory, REAL(faccessat)(directory, path, mode, flags));
}

ssize_t readlinkat(int directory, const char *restrict path, char *restrict buffer, size_t size)
{
	return used(CALL_readlinkat, directory, REAL(readlinkat)(directory, path, buffer, size));
}

ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size, size_t room)
{
	return used(CALL___readlinkat_chk, directory,
		    REAL(__readlinkat_chk)(directory, path, buffer, size, room));
}

int mkdirat(int directory, const char *path, mode_t mode)
{
	return used(CALL_mkdirat, directory, REAL(mkdirat)(directory, path, mode));
}

int mkfifoat(int directory, const char *path, mode_t mode)
{
	return used(CALL_mkfifoat, directory, REAL(mkfifoat)(directory, path, mode));
}

int mknodat(int directory, const char *path, mode_t mode, dev_t device)
{
	return used(CALL_mknodat, directory,
		    REAL_OR_KERNEL(mknodat, directory, path, mode, device));
}
SINCE_2_33(mknodat);

int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device)
{
	return used(CALL___xmknodat, directory,
		    REAL(__xmknodat)(version, directory, path, mode, device));
}

int symlinkat(const char *target, int directory, const char *path)
{
	return used(CALL_symlinkat, directory, REAL(symlinkat)(target, directory, path));
}

int unlinkat(int directory, const char *path, int flags)
{
	return used(CALL_unlinkat, directory, REAL(unlinkat)(directory, path, flags));
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
	return used_two(CALL_linkat, from, to, REAL(linkat)(from, old, to, new, flags));
}

int renameat(int from, const char *old, int to, const char *new)
{
	return used_two(CALL_renameat, from, to, REAL(renameat)(from, old, to, new));
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
	return used_two(CALL_renameat2, from, to,
			REAL_OR_KERNEL(renameat2, from, old, to, new, flags));
}
SINCE_2_28(renameat2);
