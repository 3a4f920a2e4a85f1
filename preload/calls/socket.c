/* SPDX-License-Identifier: MIT */
/* Sockets: made, accepted, and what is done with them. */
#include <errno.h>

#include "record/misuse.h"
#include "record/record.h"

int socket(int domain, int type, int protocol)
{
	return record_opened_with(CALL_socket, REAL(socket)(domain, type, protocol),
				  fact_cloexec(type));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return record_opened_pair(CALL_socketpair, REAL(socketpair)(domain, type, protocol, fds), fds,
				  fact_cloexec(type));
}

int accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	int connection = used(CALL_accept, fd, REAL(accept)(fd, address, length));

	return record_accepted(CALL_accept, connection, address.__sockaddr__, length, 0);
}

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict length, int flags)
{
	int connection = used(CALL_accept4, fd, REAL(accept4)(fd, address, length, flags));

	return record_accepted(CALL_accept4, connection, address.__sockaddr__, length,
			       fact_cloexec(flags));
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	int result = used(CALL_connect, fd, REAL(connect)(fd, address, length));

	return record_connect(fd, result, address.__sockaddr__, length);
}

int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	int result = used(CALL_bind, fd, REAL(bind)(fd, address, length));

	return record_bind(fd, result, address.__sockaddr__, length);
}

int listen(int fd, int backlog)
{
	int result = used(CALL_listen, fd, REAL(listen)(fd, backlog));

	if (result == 0)
		record_fact(fd, FACT_LISTENING);
	return result;
}

int shutdown(int fd, int how)
{
	int result = used(CALL_shutdown, fd, REAL(shutdown)(fd, how));

	if (result == 0)
		record_fact(fd, (how != SHUT_WR ? FACT_SHUTDOWN_RD : 0) |
					(how != SHUT_RD ? FACT_SHUTDOWN_WR : 0));
	return result;
}
