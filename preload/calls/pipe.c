/* SPDX-License-Identifier: MIT */
/* Pipes, and descriptors that carry events, timers or signals. */
#include <errno.h>

#include "record/record.h"
#include "stack/capture.h"

int pipe(int fds[2])
{
	return record_opened_pair(CALL_pipe, REAL(pipe)(fds), fds, 0);
}

int __pipe(int fds[2])
{
	return record_opened_pair(CALL___pipe, REAL(__pipe)(fds), fds, 0);
}

int pipe2(int fds[2], int flags)
{
	/* libunwind's own pipe would take the program's numbers; it can do without (syscall.c). */
	if (unwinder_libunwind_owns(__builtin_return_address(0))) {
		errno = EMFILE;
		return -1;
	}
	return record_opened_pair(CALL_pipe2, REAL(pipe2)(fds, flags), fds, fact_cloexec(flags));
}

int eventfd(unsigned int count, int flags)
{
	return record_opened_with(CALL_eventfd, REAL(eventfd)(count, flags), fact_cloexec(flags));
}

int epoll_create(int size)
{
	return record_opened(CALL_epoll_create, REAL(epoll_create)(size));
}

int epoll_create1(int flags)
{
	return record_opened_with(CALL_epoll_create1, REAL(epoll_create1)(flags), fact_cloexec(flags));
}

int timerfd_create(clockid_t clock, int flags)
{
	return record_opened_with(CALL_timerfd_create, REAL(timerfd_create)(clock, flags), fact_cloexec(flags));
}

int signalfd(int fd, const sigset_t *mask, int flags)
{
	int result = REAL(signalfd)(fd, mask, flags);

	/* With a descriptor given, that one is changed and returned. */
	return fd == -1 ? record_opened_with(CALL_signalfd, result, fact_cloexec(flags)) : result;
}

int inotify_init(void)
{
	return record_opened(CALL_inotify_init, REAL(inotify_init)());
}

int inotify_init1(int flags)
{
	return record_opened_with(CALL_inotify_init1, REAL(inotify_init1)(flags), fact_cloexec(flags));
}
