/* SPDX-License-Identifier: MIT */
/* Locks on files. Recorded are the use of a closed number, and that there may be a lock. */
#include "record/misuse.h"
#include "record/spread.h"

int flock(int fd, int operation)
{
	return used(CALL_flock, fd, REAL(flock)(fd, operation));
}

static int lockf_done(enum call call, int fd, int result)
{
	if (result == 0)
		spread_meets_lock();
	return (int)used(call, fd, result);
}

int lockf(int fd, int command, off_t size)
{
	return lockf_done(CALL_lockf, fd, REAL(lockf)(fd, command, size));
}

int lockf64(int fd, int command, off64_t size)
{
	return lockf_done(CALL_lockf64, fd, REAL(lockf64)(fd, command, size));
}
