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

#define TEMPORARY_TRIES 100

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

static int close_written(int fd, int error)
{
	/* Network file systems report a full disk here. EINTR: the number is free all the same. */
	if (close(fd) < 0 && error == 0 && errno != EINTR)
		return -errno;
	return error;
}

/* A file of this name is there or was made; a mode for one that is replaced. */
static int write_in_place(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;
	bool is_regular;
	int error;

	if (fd < 0)
		return -errno;
	is_regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	error = is_regular && ftruncate(fd, 0) < 0 ? -errno : write_all(fd, bytes, size);
	if (error && is_regular && ftruncate(fd, 0) < 0)
		error = -errno; /* half a report may be left, but the caller fails anyway */
	return close_written(fd, error);
}

/* Make a new file in the folder of `path`; its name goes to `ret_name` (PATH_MAX bytes). */
static int temporary_open(const char *path, char *ret_name)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0;

	for (unsigned int try = 0; try < TEMPORARY_TRIES; try++) {
		struct text name;
		int fd;

		text_init(&name, ret_name, PATH_MAX);
		text_add_bytes(&name, path, folder);
		text_add(&name, ".unclosed-");
		text_add_number(&name, (uint64_t)getpid());
		text_add(&name, "-");
		text_add_number(&name, try);
		if (name.is_cut)
			return -ENAMETOOLONG;
		fd = open(ret_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int write_by_rename(const char *path, const struct stat *old, const char *bytes, size_t size)
{
	char name[PATH_MAX];
	int fd = temporary_open(path, name);
	int error;

	if (fd < 0)
		return fd;
	error = write_all(fd, bytes, size);
	if (error == 0 && old && fchmod(fd, old->st_mode & 07777) < 0)
		error = -errno;
	error = close_written(fd, error);
	if (error == 0 && rename(name, path) < 0)
		error = -errno;
	if (error)
		(void)unlink(name); /* the first error is the one to report */
	return error;
}

/* Make the folders that `path` is to be in. Returns 0 or -errno. */
static int folders_make(const char *path)
{
	char folder[PATH_MAX];
	struct text text;

	text_init(&text, folder, sizeof(folder));
	text_add(&text, path);
	if (text.is_cut)
		return -ENAMETOOLONG;
	for (char *slash = folder; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		/* Another one may make it at the same time; what is no folder fails later. */
		if (mkdir(folder, 0777) < 0 && errno != EEXIST && access(folder, F_OK) < 0)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int write_path(const char *path, const char *bytes, size_t size)
{
	char *target;
	struct stat status;
	int error;

	if (stat(path, &status) < 0) {
		error = errno == ENOENT ? folders_make(path) : -errno;
		return error ? error : write_by_rename(path, NULL, bytes, size);
	}
	if (!S_ISREG(status.st_mode))
		return write_in_place(path, bytes, size);
	target = realpath(path, NULL); /* a link stays a link */
	if (!target)
		return -errno;
	error = write_by_rename(target, &status, bytes, size);
	/* A folder that takes no new file, or a file that is a mount point (a container). */
	if (error == -EACCES || error == -EPERM || error == -EROFS || error == -EBUSY)
		error = write_in_place(target, bytes, size);
	free(target);
	return error;
}

static int append_path(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);

	return fd < 0 ? -errno : close_written(fd, write_all(fd, bytes, size));
}

static int write_or_append(const char *path, const struct report_writer *writer,
			   const struct report *report, const struct report_style *style,
			   int (*write_bytes)(const char *path, const char *bytes, size_t size))
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
		error = fd >= 0 ? write_all(fd, bytes, size) : write_bytes(path, bytes, size);
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

	return fd >= 0 ? write_all(fd, bytes, size) : write_path(path, bytes, size);
}

int report_append_file(const char *path, const struct report_writer *writer,
		       const struct report *report, const struct report_style *style)
{
	return write_or_append(path, writer, report, style, append_path);
}

static int check_access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 ? -errno : 0;
}

/* May a new file be made beside `path`? */
static int check_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int error;

	if (!slash)
		return check_access(".", W_OK | X_OK);
	folder = strndup(path, (size_t)(slash - path) + 1);
	if (!folder)
		return -ENOMEM;
	error = check_access(folder, W_OK | X_OK);
	free(folder);
	return error;
}

int report_check_file(const char *path)
{
	int fd = report_path_descriptor(path), flags, error;
	struct stat status;

	if (fd >= 0) {
		flags = fcntl(fd, F_GETFL);
		return flags < 0 ? -errno : (flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
	}
	if (stat(path, &status) < 0) {
		error = errno == ENOENT ? folders_make(path) : -errno;
		return error ? error : check_folder(path);
	}
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	/* A folder that takes a new file is not needed where the old one can be written. */
	error = check_access(path, W_OK);
	return error && S_ISREG(status.st_mode) ? check_folder(path) : error;
}
