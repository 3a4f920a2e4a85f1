/* SPDX-License-Identifier: MIT */
/* The peer a socket is connected to, or was not. */
#include "record/misuse.h"
#include "record/record.h"

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	int result = used(CALL_connect, fd, REAL(connect)(fd, address, length));

	return record_connect(fd, result, address.__sockaddr__, length);
}

int __connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	int result = used(CALL___connect, fd, REAL(__connect)(fd, address, length));

	return record_connect(fd, result, address.__sockaddr__, length);
}
