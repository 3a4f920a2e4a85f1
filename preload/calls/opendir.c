/* SPDX-License-Identifier: MIT */
/* Directories as streams. dirfd() reaches no other function of libc. */
#include <errno.h>

#include "record/misuse.h"
#include "record/record.h"

DIR *opendir(const char *path)
{
	DIR *directory = REAL(opendir)(path);

	if (directory)
		record_held(CALL_opendir, dirfd(directory), FACT_DIR | FACT_CLOEXEC_OF(opendir, 0));
	return directory;
}

DIR *fdopendir(int fd)
{
	DIR *directory = REAL(fdopendir)(fd);

	(void)used(CALL_fdopendir, fd, directory ? 0 : -1);
	if (directory)
		record_fact(fd, FACT_DIR);
	return directory;
}

int closedir(DIR *directory)
{
	return STREAM_RELEASE(CALL_closedir, dirfd(directory), REAL(closedir)(directory));
}
