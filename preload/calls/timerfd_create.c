/* SPDX-License-Identifier: MIT */
/* Descriptors of timers: made, set, asked. */
#include "record/misuse.h"
#include "record/record.h"

int timerfd_create(clockid_t clock, int flags)
{
	return record_opened_with(CALL_timerfd_create, REAL(timerfd_create)(clock, flags),
				  FACT_CLOEXEC_OF(timerfd_create, flags));
}

int timerfd_settime(int fd, int flags, const struct itimerspec *next, struct itimerspec *before)
{
	return used(CALL_timerfd_settime, fd, REAL(timerfd_settime)(fd, flags, next, before));
}

int timerfd_gettime(int fd, struct itimerspec *left)
{
	return used(CALL_timerfd_gettime, fd, REAL(timerfd_gettime)(fd, left));
}
