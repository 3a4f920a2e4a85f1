/* SPDX-License-Identifier: MIT */
/* Room for files, and how they are read. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"
#include "record/spare.h"

int fallocate(int fd, int mode, off_t offset, off_t size)
{
	return spare_is_meant(fd)
		       ? 0
		       : used(CALL_fallocate, fd, REAL(fallocate)(fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size)
{
	return spare_is_meant(fd)
		       ? 0
		       : used(CALL_fallocate64, fd, REAL(fallocate64)(fd, mode, offset, size));
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
	return spare_is_meant(fd) ? 0
				  : used_error(CALL_posix_fallocate, fd,
					       REAL(posix_fallocate)(fd, offset, size));
}

int posix_fallocate64(int fd, off64_t offset, off64_t size)
{
	return spare_is_meant(fd) ? 0
				  : used_error(CALL_posix_fallocate64, fd,
					       REAL(posix_fallocate64)(fd, offset, size));
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
	return used_error(CALL_posix_fadvise, fd, REAL(posix_fadvise)(fd, offset, size, advice));
}

int posix_fadvise64(int fd, off64_t offset, off64_t size, int advice)
{
	return used_error(CALL_posix_fadvise64, fd,
			  REAL(posix_fadvise64)(fd, offset, size, advice));
}
