/* SPDX-License-Identifier: MIT */
/* Kinds of descriptors, in the kernel's words. */
#include "base/kind_link.h"

#include <stddef.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/text.h"

/*
 * How the link begins of what has no place in a file system. Text and not pointers: the loader
 * would have to relocate pointers in every process.
 */
static const struct {
	char start[24];
	uint8_t kind; /* enum descriptor_kind */
} links[] = {
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

/* Terminals by their numbers: Documentation/admin-guide/devices.txt of the kernel. */
static bool is_terminal_pair(uint64_t device)
{
	unsigned int number = major((dev_t)device);

	return (number == 5 && minor((dev_t)device) == 2) || (number >= 136 && number <= 143);
}

enum descriptor_kind kind_of_link(const char *target, const struct stat *status)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (text_starts_with(target, links[i].start))
			return (enum descriptor_kind)links[i].kind;
	switch (status->st_mode & S_IFMT) {
	case S_IFSOCK:
		return KIND_SOCKET;
	case S_IFIFO:
		return KIND_PIPE;
	case S_IFDIR:
		return KIND_DIRECTORY;
	case S_IFCHR:
		return is_terminal_pair(status->st_rdev) ? KIND_PTY : KIND_FILE;
	case S_IFREG:
	case S_IFBLK:
	case S_IFLNK:
		return KIND_FILE;
	default:
		return KIND_OTHER;
	}
}

bool kind_is_possible(unsigned int recorded, unsigned int found)
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
