/* SPDX-License-Identifier: MIT */
/* Writing files out. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int fsync(int fd)
{
	return used(CALL_fsync, fd, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
	return used(CALL_fdatasync, fd, REAL(fdatasync)(fd));
}
