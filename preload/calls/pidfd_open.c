/* SPDX-License-Identifier: MIT */
/* Descriptors of processes. */
#include "calls/newer.h"
#include "record/misuse.h"
#include "record/record.h"

int pidfd_open(pid_t pid, unsigned int flags)
{
	return record_opened_with(CALL_pidfd_open, REAL_OR_KERNEL(pidfd_open, pid, flags),
				  FACT_CLOEXEC_OF(pidfd_open, flags));
}
SINCE_2_36(pidfd_open);

int pidfd_getfd(int pidfd, int fd, unsigned int flags)
{
	int copy = used(CALL_pidfd_getfd, pidfd, REAL_OR_KERNEL(pidfd_getfd, pidfd, fd, flags));

	return record_opened_with(CALL_pidfd_getfd, copy, FACT_CLOEXEC_OF(pidfd_getfd, flags));
}
SINCE_2_36(pidfd_getfd);

int pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned int flags)
{
	return used(CALL_pidfd_send_signal, pidfd,
		    REAL_OR_KERNEL(pidfd_send_signal, pidfd, signal, info, flags));
}
SINCE_2_36(pidfd_send_signal);
