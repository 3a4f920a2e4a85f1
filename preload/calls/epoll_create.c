/* SPDX-License-Identifier: MIT */
/* epoll: made, told what to watch, waited for. */
#include "calls/newer.h"
#include "record/misuse.h"
#include "record/record.h"

int epoll_create(int size)
{
	return record_opened(CALL_epoll_create, REAL(epoll_create)(size));
}

int epoll_create1(int flags)
{
	return record_opened_with(CALL_epoll_create1, REAL(epoll_create1)(flags),
				  FACT_CLOEXEC_OF(epoll_create1, flags));
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	long result =
		used_two(CALL_epoll_ctl, epoll, fd, REAL(epoll_ctl)(epoll, operation, fd, event));

	if (operation != EPOLL_CTL_ADD && result == 0)
		unwatched(CALL_epoll_ctl, fd);
	return (int)result;
}

int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout)
{
	return used(CALL_epoll_wait, epoll, REAL(epoll_wait)(epoll, events, room, timeout));
}

int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout, const sigset_t *mask)
{
	return used(CALL_epoll_pwait, epoll, REAL(epoll_pwait)(epoll, events, room, timeout, mask));
}

int epoll_pwait2(int epoll, struct epoll_event *events, int room, const struct timespec *timeout,
		 const sigset_t *mask)
{
	__typeof__(epoll_pwait2) *real = REAL_SINCE(epoll_pwait2);

	return used(CALL_epoll_pwait2, epoll,
		    real ? real(epoll, events, room, timeout, mask)
			 : KERNEL(SYS_epoll_pwait2, epoll, events, room, timeout, mask, _NSIG / 8));
}
SINCE_2_35(epoll_pwait2);
