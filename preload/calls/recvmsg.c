/* SPDX-License-Identifier: MIT */
/* Messages that may carry descriptors. */
#include "record/misuse.h"
#include "record/record.h"

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t result = used(CALL_recvmsg, fd, REAL(recvmsg)(fd, message, flags));

	return record_received(CALL_recvmsg, result, message, FACT_CLOEXEC_OF(recvmsg, flags));
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags,
	     struct timespec *timeout)
{
	int result = used(CALL_recvmmsg, fd, REAL(recvmmsg)(fd, messages, count, flags, timeout));

	for (int i = 0; i < result; i++)
		(void)record_received(CALL_recvmmsg, 0, &messages[i].msg_hdr,
				      FACT_CLOEXEC_OF(recvmmsg, flags));
	return result;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t result = used(CALL_sendmsg, fd, REAL(sendmsg)(fd, message, flags));

	return record_sent(CALL_sendmsg, result, message);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
	int result = used(CALL_sendmmsg, fd, REAL(sendmmsg)(fd, messages, count, flags));

	for (int i = 0; i < result; i++)
		(void)record_sent(CALL_sendmmsg, 0, &messages[i].msg_hdr);
	return result;
}
