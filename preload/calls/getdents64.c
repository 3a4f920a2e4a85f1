/* SPDX-License-Identifier: MIT */
/* Names of a directory, from its number. Nothing is recorded but the use of a closed number. */
#include "calls/newer.h"
#include "record/misuse.h"

ssize_t getdents64(int fd, void *buffer, size_t size)
{
	return used(CALL_getdents64, fd, REAL_OR_KERNEL(getdents64, fd, buffer, size));
}
SINCE_2_30(getdents64);
