/* SPDX-License-Identifier: MIT */
/* The length of files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"
#include "record/spare.h"

int ftruncate(int fd, off_t size)
{
	return spare_is_meant(fd) ? 0 : used(CALL_ftruncate, fd, REAL(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return spare_is_meant(fd) ? 0 : used(CALL_ftruncate64, fd, REAL(ftruncate64)(fd, size));
}

int truncate(const char *path, off_t size)
{
	return REAL(truncate)(spared(AT_FDCWD, path, O_TRUNC), size);
}

int truncate64(const char *path, off64_t size)
{
	return REAL(truncate64)(spared(AT_FDCWD, path, O_TRUNC), size);
}
