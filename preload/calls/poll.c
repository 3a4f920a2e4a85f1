/* SPDX-License-Identifier: MIT */
/* Waiting by poll() and ppoll(). Nothing is recorded but the use of a closed number. */
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
			misuse_marked(call, fds[i].fd);
	}
	return result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return polled(CALL_poll, fds, count, timeout != 0, REAL(poll)(fds, count, timeout));
}

int __poll(struct pollfd *fds, nfds_t count, int timeout)
{
	return polled(CALL___poll, fds, count, timeout != 0, REAL(__poll)(fds, count, timeout));
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
