/* SPDX-License-Identifier: MIT */
/* Copying between two descriptors. Nothing is recorded but the use of a closed number (read.c). */
#include "record/misuse.h"

ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
	return used_two(CALL_sendfile, to, from, REAL(sendfile)(to, from, offset, size));
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t size)
{
	return used_two(CALL_sendfile64, to, from, REAL(sendfile64)(to, from, offset, size));
}

ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
	       unsigned int flags)
{
	return used_two(CALL_splice, from, to,
			REAL(splice)(from, from_offset, to, to_offset, size, flags));
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
			unsigned int flags)
{
	return used_two(CALL_copy_file_range, from, to,
			REAL(copy_file_range)(from, from_offset, to, to_offset, size, flags));
}

ssize_t tee(int from, int to, size_t size, unsigned int flags)
{
	return used_two(CALL_tee, from, to, REAL(tee)(from, to, size, flags));
}

ssize_t vmsplice(int fd, const struct iovec *parts, size_t count, unsigned int flags)
{
	return used(CALL_vmsplice, fd, REAL(vmsplice)(fd, parts, count, flags));
}
