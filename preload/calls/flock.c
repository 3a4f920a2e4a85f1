/* SPDX-License-Identifier: MIT */
/* Locks on files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int flock(int fd, int operation)
{
	return used(CALL_flock, fd, REAL(flock)(fd, operation));
}

int lockf(int fd, int command, off_t size)
{
	return used(CALL_lockf, fd, REAL(lockf)(fd, command, size));
}

int lockf64(int fd, int command, off64_t size)
{
	return used(CALL_lockf64, fd, REAL(lockf64)(fd, command, size));
}
