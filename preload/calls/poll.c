/* SPDX-License-Identifier: MIT */
/*
 * What else is done with descriptors: waiting for them, moving in files,
 * options of sockets. Nothing is recorded but the use of a closed number.
 */
#include "record/misuse.h"

/*
 * poll() does not fail for a closed number, it marks it. Looked for only where
 * something is marked, as the program does next, up to as many as there are.
 * Who does not wait may be asking which numbers are open (findutils does).
 */
static int polled(enum call call, const struct pollfd *fds, nfds_t count, bool is_waiting,
		  int result)
{
	int left = is_waiting ? result : 0;

	for (nfds_t i = 0; i < count && left > 0; i++) {
		left -= fds[i].revents != 0;
		if (__builtin_expect(fds[i].revents & POLLNVAL, 0))
			misuse_used(call, fds[i].fd);
	}
	return result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return polled(CALL_poll, fds, count, timeout != 0, REAL(poll)(fds, count, timeout));
}

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
	return polled(CALL___poll_chk, fds, count, timeout != 0,
		      REAL(__poll_chk)(fds, count, timeout, room));
}

static bool is_waiting(const struct timespec *timeout)
{
	return !timeout || timeout->tv_sec || timeout->tv_nsec;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	return polled(CALL_ppoll, fds, count, is_waiting(timeout),
		      REAL(ppoll)(fds, count, timeout, mask));
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		const sigset_t *mask, size_t room)
{
	return polled(CALL___ppoll_chk, fds, count, is_waiting(timeout),
		      REAL(__ppoll_chk)(fds, count, timeout, mask, room));
}

/* Does a set have this number? Sets larger than FD_SETSIZE are made by hand, bit by bit. */
static bool set_has(const fd_set *set, int fd)
{
	const __fd_mask *masks = (const __fd_mask *)(const void *)set;

	return set && masks[fd / __NFDBITS] & (__fd_mask)(UINT64_C(1) << fd % __NFDBITS);
}

/* Which number it was, select() does not say; the sets are as they were. */
static int selected(enum call call, int count, const fd_set *const sets[3], int result)
{
	if (__builtin_expect(result != -1, 1) || errno != EBADF)
		return result;
	for (int fd = 0; fd < count; fd++)
		if (set_has(sets[0], fd) || set_has(sets[1], fd) || set_has(sets[2], fd))
			misuse_used(call, fd);
	return result;
}

int select(int count, fd_set *reading, fd_set *writing, fd_set *others, struct timeval *timeout)
{
	const fd_set *const sets[] = { reading, writing, others };

	return selected(CALL_select, count, sets,
			REAL(select)(count, reading, writing, others, timeout));
}

int pselect(int count, fd_set *reading, fd_set *writing, fd_set *others,
	    const struct timespec *timeout, const sigset_t *mask)
{
	const fd_set *const sets[] = { reading, writing, others };

	return selected(CALL_pselect, count, sets,
			REAL(pselect)(count, reading, writing, others, timeout, mask));
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	int result = used(CALL_epoll_ctl, fd, REAL(epoll_ctl)(epoll, operation, fd, event));

	return used(CALL_epoll_ctl, epoll, result);
}

int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout)
{
	return used(CALL_epoll_wait, epoll, REAL(epoll_wait)(epoll, events, room, timeout));
}

int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *mask)
{
	return used(CALL_epoll_pwait, epoll, REAL(epoll_pwait)(epoll, events, room, timeout, mask));
}

off_t lseek(int fd, off_t offset, int whence)
{
	return used(CALL_lseek, fd, REAL(lseek)(fd, offset, whence));
}

off64_t lseek64(int fd, off64_t offset, int whence)
{
	return used(CALL_lseek64, fd, REAL(lseek64)(fd, offset, whence));
}

int ftruncate(int fd, off_t size)
{
	return used(CALL_ftruncate, fd, REAL(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return used(CALL_ftruncate64, fd, REAL(ftruncate64)(fd, size));
}

int fsync(int fd)
{
	return used(CALL_fsync, fd, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
	return used(CALL_fdatasync, fd, REAL(fdatasync)(fd));
}

int flock(int fd, int operation)
{
	return used(CALL_flock, fd, REAL(flock)(fd, operation));
}

int getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict length)
{
	return used(CALL_getsockopt, fd, REAL(getsockopt)(fd, level, name, value, length));
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return used(CALL_setsockopt, fd, REAL(setsockopt)(fd, level, name, value, length));
}

int getsockname(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return used(CALL_getsockname, fd, REAL(getsockname)(fd, address, length));
}

int getpeername(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return used(CALL_getpeername, fd, REAL(getpeername)(fd, address, length));
}
