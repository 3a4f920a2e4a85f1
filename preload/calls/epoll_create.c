/* SPDX-License-Identifier: MIT */
/* epoll: made, told what to watch, waited for. */
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
