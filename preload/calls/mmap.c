/* SPDX-License-Identifier: MIT */
/* Files in memory. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

/* With MAP_ANONYMOUS the number stands for nothing. */
static void *mapped(enum call call, int flags, int fd, void *result)
{
	if (__builtin_expect(result == MAP_FAILED, 0) && !(flags & MAP_ANONYMOUS))
		(void)used(call, fd, -1);
	return result;
}

void *mmap(void *address, size_t size, int access, int flags, int fd, off_t offset)
{
	return mapped(CALL_mmap, flags, fd, REAL(mmap)(address, size, access, flags, fd, offset));
}

void *mmap64(void *address, size_t size, int access, int flags, int fd, off64_t offset)
{
	return mapped(CALL_mmap64, flags, fd,
		      REAL(mmap64)(address, size, access, flags, fd, offset));
}
