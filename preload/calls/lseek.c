/* SPDX-License-Identifier: MIT */
/* Moving in files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

off_t lseek(int fd, off_t offset, int whence)
{
	return used(CALL_lseek, fd, REAL(lseek)(fd, offset, whence));
}

off64_t lseek64(int fd, off64_t offset, int whence)
{
	return used(CALL_lseek64, fd, REAL(lseek64)(fd, offset, whence));
}

off_t __lseek(int fd, off_t offset, int whence)
{
	return used(CALL___lseek, fd, REAL(__lseek)(fd, offset, whence));
}
