/* SPDX-License-Identifier: MIT */
/* Addresses that are asked for. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int getsockname(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return used(CALL_getsockname, fd, REAL(getsockname)(fd, address, length));
}

int getpeername(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return used(CALL_getpeername, fd, REAL(getpeername)(fd, address, length));
}
