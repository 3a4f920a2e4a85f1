/* SPDX-License-Identifier: MIT */
/* A report goes to its file whole or not at all, and to an open descriptor as it is. */
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "report/replacement.h"

/*
 * Opening /dev/stderr again would begin at offset 0 of a log that others write,
 * and a socket cannot be opened.
 */
int report_path_descriptor(const char *path)
{
	static const char *const prefixes[] = { "/dev/fd/", "/proc/self/fd/" };
	uint64_t number;

	if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
		return STDOUT_FILENO;
	if (strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *rest = path + strlen(prefixes[i]);

		if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0 &&
		    text_parse_number(rest, strlen(rest), &number) && number <= INT_MAX)
			return (int)number;
	}
	return -1;
}

/* stderr may be shared with a program that made it non-blocking: wait for room then. */
static int write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written >= 0) {
			bytes += written;
			size -= (size_t)written;
		} else if (errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			(void)poll(&room, 1, -1); /* the next write says what is wrong */
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* A report holds more than everybody is to know. */
#define MODE_PRIVATE 0600
#define MODE_PUBLIC 0666 /* less the umask */

/* `mode` 0: a new file is private, another keeps its mode. */
static int write_path(const char *path, const char *bytes, size_t size, mode_t mode)
{
	struct replacement replacement;
	int error = replacement_begin(&replacement, path, mode ? mode : MODE_PRIVATE);

	if (error)
		return error;
	/* Before anything is in it, where it is a new one. Not ours to change: it stays as it is. */
	if (mode && replacement.is_regular && fchmod(replacement.fd, mode) < 0 && errno != EPERM)
		error = -errno;
	return replacement_end(&replacement,
			       error ? error : write_all(replacement.fd, bytes, size));
}

/* Others add to it as well, and who made it has chosen its mode. */
static int append_path(const char *path, const char *bytes, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
		      mode ? mode : MODE_PRIVATE);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, bytes, size);
	return close(fd) < 0 && error == 0 && errno != EINTR ? -errno : error;
}

static int write_or_append(const char *path, const struct report_writer *writer,
			   const struct report *report, const struct report_style *style,
			   int (*write_bytes)(const char *path, const char *bytes, size_t size,
					      mode_t mode))
{
	int fd = report_path_descriptor(path);
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int error;

	if (!out)
		return -errno;
	error = writer->write(out, report, style);
	if (fclose(out) != 0 && error == 0)
		error = -errno;
	if (error == 0)
		error = fd >= 0 ? write_all(fd, bytes, size)
				: write_bytes(path, bytes, size, (mode_t)style->mode);
	free(bytes);
	return error;
}

int report_write_file(const char *path, const struct report_writer *writer,
		      const struct report *report, const struct report_style *style)
{
	return write_or_append(path, writer, report, style, write_path);
}

int report_write_bytes(const char *path, const char *bytes, size_t size)
{
	int fd = report_path_descriptor(path);
	struct replacement replacement;
	int error;

	if (fd >= 0)
		return write_all(fd, bytes, size);
	error = replacement_begin(&replacement, path, MODE_PUBLIC);
	return error ? error
		     : replacement_end(&replacement, write_all(replacement.fd, bytes, size));
}

int report_append_file(const char *path, const struct report_writer *writer,
		       const struct report *report, const struct report_style *style)
{
	return write_or_append(path, writer, report, style, append_path);
}

int report_check_file(const char *path)
{
	int fd = report_path_descriptor(path), flags;

	if (fd >= 0) {
		flags = fcntl(fd, F_GETFL);
		return flags < 0 ? -errno : (flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
	}
	return replacement_check(path);
}
