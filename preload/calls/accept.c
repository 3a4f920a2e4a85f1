/* SPDX-License-Identifier: MIT */
/* Connections that are accepted. */
#include "record/misuse.h"
#include "record/record.h"

int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	int connection = used(CALL_accept, fd, REAL(accept)(fd, address, length));

	return record_accepted(CALL_accept, connection, address.__sockaddr__, length, 0);
}

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict length, int flags)
{
	int connection = used(CALL_accept4, fd, REAL(accept4)(fd, address, length, flags));

	return record_accepted(CALL_accept4, connection, address.__sockaddr__, length,
			       FACT_CLOEXEC_OF(accept4, flags));
}
