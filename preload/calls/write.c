/* SPDX-License-Identifier: MIT */
/* Writing. Nothing is recorded but the use of a closed number (read.c). */
#include "calls/newer.h"
#include "record/misuse.h"

ssize_t write(int fd, const void *buffer, size_t size)
{
	return used(CALL_write, fd, REAL(write)(fd, buffer, size));
}

ssize_t __write(int fd, const void *buffer, size_t size)
{
	return used(CALL___write, fd, REAL(__write)(fd, buffer, size));
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	return used(CALL_pwrite, fd, REAL(pwrite)(fd, buffer, size, offset));
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	return used(CALL_pwrite64, fd, REAL(pwrite64)(fd, buffer, size, offset));
}

ssize_t __pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	return used(CALL___pwrite64, fd, REAL(__pwrite64)(fd, buffer, size, offset));
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

ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
	__typeof__(pwritev2) *real = REAL_SINCE(pwritev2);

	return used(CALL_pwritev2, fd,
		    real ? real(fd, parts, count, offset, flags)
			 : KERNEL(SYS_pwritev2, fd, parts, count, offset, 0, flags));
}
SINCE_2_26(pwritev2);

ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
	__typeof__(pwritev64v2) *real = REAL_SINCE(pwritev64v2);

	return used(CALL_pwritev64v2, fd,
		    real ? real(fd, parts, count, offset, flags)
			 : KERNEL(SYS_pwritev2, fd, parts, count, offset, 0, flags));
}
SINCE_2_26(pwritev64v2);
