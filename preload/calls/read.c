/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing. Nothing is recorded but the use of a closed number; a
 * call that succeeds costs a comparison. The checked names are what
 * _FORTIFY_SOURCE makes of read() and its kin.
 *
 * libunwind reads from a pipe that it did not get, so from -1 (syscall.c).
 */
#include "record/misuse.h"

ssize_t read(int fd, void *buffer, size_t size)
{
	return used(CALL_read, fd, REAL(read)(fd, buffer, size));
}

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	return used(CALL___read_chk, fd, REAL(__read_chk)(fd, buffer, size, room));
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	return used(CALL_pread, fd, REAL(pread)(fd, buffer, size, offset));
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return used(CALL_pread64, fd, REAL(pread64)(fd, buffer, size, offset));
}

ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room)
{
	return used(CALL___pread_chk, fd, REAL(__pread_chk)(fd, buffer, size, offset, room));
}

ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room)
{
	return used(CALL___pread64_chk, fd, REAL(__pread64_chk)(fd, buffer, size, offset, room));
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
	return used(CALL_readv, fd, REAL(readv)(fd, parts, count));
}

ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
	return used(CALL_preadv, fd, REAL(preadv)(fd, parts, count, offset));
}

ssize_t preadv64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	return used(CALL_preadv64, fd, REAL(preadv64)(fd, parts, count, offset));
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	return used(CALL_write, fd, REAL(write)(fd, buffer, size));
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	return used(CALL_pwrite, fd, REAL(pwrite)(fd, buffer, size, offset));
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	return used(CALL_pwrite64, fd, REAL(pwrite64)(fd, buffer, size, offset));
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return used(CALL_writev, fd, REAL(writev)(fd, parts, count));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	return used(CALL_pwritev, fd, REAL(pwritev)(fd, parts, count, offset));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	return used(CALL_pwritev64, fd, REAL(pwritev64)(fd, parts, count, offset));
}

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

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	return used(CALL_send, fd, REAL(send)(fd, buffer, size, flags));
}

ssize_t sendto(int fd, const void *buffer, size_t size, int flags, __CONST_SOCKADDR_ARG address,
	       socklen_t length)
{
	return used(CALL_sendto, fd, REAL(sendto)(fd, buffer, size, flags, address, length));
}

/* Of two numbers either may be the closed one. */
static ssize_t used_both(enum call call, int one, int other, ssize_t result)
{
	(void)used(call, one, result);
	return used(call, other, result);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
	return used_both(CALL_sendfile, to, from, REAL(sendfile)(to, from, offset, size));
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t size)
{
	return used_both(CALL_sendfile64, to, from, REAL(sendfile64)(to, from, offset, size));
}

ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
	       unsigned int flags)
{
	return used_both(CALL_splice, from, to,
			 REAL(splice)(from, from_offset, to, to_offset, size, flags));
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
			unsigned int flags)
{
	return used_both(CALL_copy_file_range, from, to,
			 REAL(copy_file_range)(from, from_offset, to, to_offset, size, flags));
}
