/* SPDX-License-Identifier: MIT */
/* What a descriptor is, in the kernel's words. */
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/raw.h"
#include "end/facts.h"
#include "shim/names.h"
#include "shim/state.h"

/* Prefixes of what /proc/self/fd/N points to, for what has no place in a file system. */
static const struct {
	const char *target;
	enum descriptor_kind kind;
} targets[] = {
	{ "anon_inode:[eventfd]", KIND_EVENTFD },
	{ "anon_inode:[eventpoll]", KIND_EPOLL },
	{ "anon_inode:[timerfd]", KIND_TIMERFD },
	{ "anon_inode:[signalfd]", KIND_SIGNALFD },
	{ "anon_inode:inotify", KIND_INOTIFY },
	{ "anon_inode:[fanotify]", KIND_FANOTIFY },
	{ "anon_inode:[pidfd]", KIND_PIDFD },
	{ "pidfd:", KIND_PIDFD },
	{ "anon_inode:[io_uring]", KIND_IO_URING },
	{ "/memfd:", KIND_MEMFD },
	{ "/dev/ptmx", KIND_PTY },
	{ "/dev/pts/", KIND_PTY },
	{ "/secretmem (deleted)", KIND_MEMFD },
};

/* A message queue looks like a file in the root directory: its file system tells. */
#define MQUEUE_MAGIC 0x19800202 /* include/uapi/linux/magic.h does not have it */

static bool is_mqueue(int fd)
{
	struct statfs status;

	return !raw_failed(raw2(SYS_fstatfs, fd, &status)) && status.f_type == MQUEUE_MAGIC;
}

/*
 * O_PATH: a reference to a file, whatever that is. fstat() says S_IFSOCK of a socket's
 * file, and getsockopt() EBADF (man 2 open).
 */
static bool is_reference(int fd)
{
	long flags = raw2(SYS_fcntl, fd, F_GETFL);

	return !raw_failed(flags) && flags & O_PATH;
}

enum descriptor_kind fact_kind(int fd, unsigned int mode, const char *target)
{
	if (is_reference(fd))
		return S_ISDIR(mode) ? KIND_DIRECTORY : KIND_FILE;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strncmp(target, targets[i].target, strlen(targets[i].target)) == 0)
			return targets[i].kind;
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return KIND_SOCKET;
	case S_IFIFO:
		return KIND_PIPE;
	case S_IFDIR:
		return KIND_DIRECTORY;
	case S_IFREG:
		return is_mqueue(fd) ? KIND_MQUEUE : KIND_FILE;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFLNK:
		return KIND_FILE;
	default:
		return KIND_OTHER;
	}
}

bool fact_kind_is_possible(unsigned int recorded, unsigned int found)
{
	switch (recorded) {
	case KIND_OTHER: /* the arguments decided, or it came from elsewhere */
		return true;
	case KIND_FILE:
	case KIND_DIRECTORY:
		return found == KIND_FILE || found == KIND_DIRECTORY || found == KIND_PIPE ||
		       found == KIND_PTY || found == KIND_MEMFD || found == KIND_MQUEUE ||
		       found == KIND_PIDFD || /* through /proc/PID/fd, or by a handle of pidfs */
		       found == KIND_OTHER;
	case KIND_PTY:
	case KIND_MEMFD:
	case KIND_PIDFD:
	case KIND_MQUEUE:
	case KIND_IO_URING:
	case KIND_FANOTIFY:
		return found != KIND_SOCKET &&
		       found != KIND_PIPE; /* kernels spell them in different ways */
	case KIND_SOCKET:
	case KIND_PIPE:
		return recorded == found;
	default:
		return recorded == found ||
		       found == KIND_OTHER; /* all that is known without /proc */
	}
}

bool fact_is_asked(unsigned int kind)
{
	uint32_t asked = shim.ledger.header->kinds_asked;

	return asked == 0 || asked & KIND_BIT(kind);
}
