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

int syncfs(int fd)
{
	return used(CALL_syncfs, fd, REAL(syncfs)(fd));
}

int sync_file_range(int fd, off64_t offset, off64_t size, unsigned int flags)
{
	return used(CALL_sync_file_range, fd, REAL(sync_file_range)(fd, offset, size, flags));
}
