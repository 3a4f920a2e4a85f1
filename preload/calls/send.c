/* SPDX-License-Identifier: MIT */
/* Sending to sockets. Nothing is recorded but the use of a closed number (read.c). */
#include "record/misuse.h"

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	return used(CALL_send, fd, REAL(send)(fd, buffer, size, flags));
}

ssize_t __send(int fd, const void *buffer, size_t size, int flags)
{
	return used(CALL___send, fd, REAL(__send)(fd, buffer, size, flags));
}

ssize_t sendto(int fd, const void *buffer, size_t size, int flags, __CONST_SOCKADDR_ARG address,
	       socklen_t length)
{
	return used(CALL_sendto, fd, REAL(sendto)(fd, buffer, size, flags, address, length));
}
