/* SPDX-License-Identifier: MIT */
/*
 * Reading. Recorded are the use of a closed number and the descriptors that some
 * reads give (record/givers.h); a call that succeeds costs two comparisons. What can
 * be read at an offset gives none; preadv2() at -1 is readv(). The checked names are what _FORTIFY_SOURCE makes
 * of read() and its kin.
 *
 * libunwind reads from a pipe that it did not get, so from -1 (syscall.c); that
 * is left aside (record/misuse.c).
 */
#include "calls/newer.h"
#include "record/givers.h"
#include "record/misuse.h"

ssize_t read(int fd, void *buffer, size_t size)
{
	return read_done(CALL_read, fd, buffer, used(CALL_read, fd, REAL(read)(fd, buffer, size)));
}

ssize_t __read(int fd, void *buffer, size_t size)
{
	return read_done(CALL___read, fd, buffer,
			 used(CALL___read, fd, REAL(__read)(fd, buffer, size)));
}

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	return read_done(CALL___read_chk, fd, buffer,
			 used(CALL___read_chk, fd, REAL(__read_chk)(fd, buffer, size, room)));
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	return used(CALL_pread, fd, REAL(pread)(fd, buffer, size, offset));
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return used(CALL_pread64, fd, REAL(pread64)(fd, buffer, size, offset));
}

ssize_t __pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return used(CALL___pread64, fd, REAL(__pread64)(fd, buffer, size, offset));
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
	return readv_done(CALL_readv, fd, parts, count,
			  used(CALL_readv, fd, REAL(readv)(fd, parts, count)));
}

ssize_t preadv(int fd, const struct iovec *parts, int count, off_t offset)
{
	return used(CALL_preadv, fd, REAL(preadv)(fd, parts, count, offset));
}

ssize_t preadv64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	return used(CALL_preadv64, fd, REAL(preadv64)(fd, parts, count, offset));
}

/* The kernel takes the offset in two halves; on these machines the first is all of it. */
ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
	__typeof__(preadv2) *real = REAL_SINCE(preadv2);

	return readv_done(CALL_preadv2, fd, parts, count,
			  used(CALL_preadv2, fd,
			       real ? real(fd, parts, count, offset, flags)
				    : KERNEL(SYS_preadv2, fd, parts, count, offset, 0, flags)));
}
SINCE_2_26(preadv2);

ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
	__typeof__(preadv64v2) *real = REAL_SINCE(preadv64v2);

	return readv_done(CALL_preadv64v2, fd, parts, count,
			  used(CALL_preadv64v2, fd,
			       real ? real(fd, parts, count, offset, flags)
				    : KERNEL(SYS_preadv2, fd, parts, count, offset, 0, flags)));
}
SINCE_2_26(preadv64v2);

ssize_t readahead(int fd, off64_t offset, size_t size)
{
	return used(CALL_readahead, fd, REAL(readahead)(fd, offset, size));
}
