/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that travel in messages (SCM_RIGHTS). Each recvmsg installs new
 * numbers, with MSG_PEEK too; a short control buffer installs as many as fit.
 */
#include <string.h>

#include "record/record.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04 /* Linux 6.5 */
#endif

/* Call `each` on every descriptor in the control part of a message. */
static void message_each(struct msghdr *message, void (*each)(enum call, int), enum call call)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET ||
		    (part->cmsg_type != SCM_RIGHTS && part->cmsg_type != SCM_PIDFD))
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len;
		     at += sizeof(int)) {
			int fd;

			memcpy(&fd, (char *)part + at, sizeof(fd));
			each(call, fd);
		}
	}
}

static void note_received(enum call call, int fd)
{
	record_opened_with(call, fd, FACT_RECEIVED);
}

static void note_received_cloexec(enum call call, int fd)
{
	record_opened_with(call, fd, FACT_RECEIVED | FACT_CLOEXEC);
}

static void note_sent(enum call call, int fd)
{
	(void)call; /* a sender needs no more than the mark */
	record_fact(fd, FACT_SENT);
}

long record_received(enum call call, long result, struct msghdr *message)
{
	if (result >= 0 && message->msg_controllen)
		message_each(message,
			     message->msg_flags & MSG_CMSG_CLOEXEC ? note_received_cloexec
								   : note_received,
			     call);
	return result;
}

long record_sent(enum call call, long result, const struct msghdr *message)
{
	if (result >= 0 && message->msg_controllen)
		message_each((struct msghdr *)message, note_sent, call); /* reads only */
	return result;
}
