/* SPDX-License-Identifier: MIT */
/* Descriptors of processes. */
#include "calls/newer.h"
#include "record/record.h"

int pidfd_open(pid_t pid, unsigned int flags)
{
	return record_opened_with(CALL_pidfd_open, REAL_OR_KERNEL(pidfd_open, pid, flags),
				  FACT_CLOEXEC_OF(pidfd_open, flags));
}
SINCE_2_36(pidfd_open);

int pidfd_getfd(int pidfd, int fd, unsigned int flags)
{
	return record_opened_with(CALL_pidfd_getfd, REAL_OR_KERNEL(pidfd_getfd, pidfd, fd, flags),
				  FACT_CLOEXEC_OF(pidfd_getfd, flags));
}
SINCE_2_36(pidfd_getfd);
