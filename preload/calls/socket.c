/* SPDX-License-Identifier: MIT */
/* Sockets that are made: socket and socketpair. */
#include "record/record.h"

int socket(int domain, int type, int protocol)
{
	return record_opened_with(CALL_socket, REAL(socket)(domain, type, protocol),
				  FACT_CLOEXEC_OF(socket, type));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	return record_opened_pair(CALL_socketpair, REAL(socketpair)(domain, type, protocol, fds),
				  fds, FACT_CLOEXEC_OF(socketpair, type));
}
