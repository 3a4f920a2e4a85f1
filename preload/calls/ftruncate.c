/* SPDX-License-Identifier: MIT */
/* The length of files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int ftruncate(int fd, off_t size)
{
	return used(CALL_ftruncate, fd, REAL(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return used(CALL_ftruncate64, fd, REAL(ftruncate64)(fd, size));
}
