/* SPDX-License-Identifier: MIT */
/* The address a socket is bound to. */
#include "record/misuse.h"
#include "record/record.h"

int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	int result = used(CALL_bind, fd, REAL(bind)(fd, address, length));

	return record_bind(fd, result, address.__sockaddr__, length);
}
