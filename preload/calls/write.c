/* SPDX-License-Identifier: MIT */
/* Writing. Nothing is recorded but the use of a closed number (read.c). */
#include "record/misuse.h"

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
