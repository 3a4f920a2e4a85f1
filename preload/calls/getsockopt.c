/* SPDX-License-Identifier: MIT */
/* Options of sockets. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict length)
{
	return used(CALL_getsockopt, fd, REAL(getsockopt)(fd, level, name, value, length));
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return used(CALL_setsockopt, fd, REAL(setsockopt)(fd, level, name, value, length));
}
