/* SPDX-License-Identifier: MIT */
/* Receiving from sockets. Nothing is recorded but the use of a closed number (read.c). */
#include "record/misuse.h"

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	return used(CALL_recv, fd, REAL(recv)(fd, buffer, size, flags));
}

ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags)
{
	return used(CALL___recv_chk, fd, REAL(__recv_chk)(fd, buffer, size, room, flags));
}

ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags, __SOCKADDR_ARG address,
		 socklen_t *restrict length)
{
	return used(CALL_recvfrom, fd, REAL(recvfrom)(fd, buffer, size, flags, address, length));
}

ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size, size_t room, int flags,
		       __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return used(CALL___recvfrom_chk, fd,
		    REAL(__recvfrom_chk)(fd, buffer, size, room, flags, address, length));
}
