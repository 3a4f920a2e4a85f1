/* SPDX-License-Identifier: MIT */
/* Reads small files of /proc/PID. */
#include "live/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

FILE *proc_fopen(int pid, const char *name)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid,
		       name); /* names are ours, and short */
	return fopen(path, "re");
}

ssize_t proc_read(int pid, const char *name, char *ret_text, size_t size)
{
	char path[96];
	size_t length = 0;
	ssize_t got;
	int fd, error = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name); /* as above */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (length < size - 1 && (got = read(fd, ret_text + length, size - 1 - length)) != 0) {
		if (got < 0) {
			error = errno;
			break;
		}
		length += (size_t)got;
	}
	(void)close(fd); /* only read */
	ret_text[length] = '\0';
	return error ? -error : (ssize_t)length;
}
