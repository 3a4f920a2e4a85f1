/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that travel in messages (SCM_RIGHTS). Each recvmsg installs new
 * numbers, with MSG_PEEK too; a short control buffer installs as many as fit. The
 * kernel adds one of its own where the receiver has asked for it: a pidfd of the
 * sender (SCM_PIDFD), always close-on-exec. Nobody has sent that.
 */
#include <string.h>

#include "record/record.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04 /* Linux 6.5 */
#endif

/* What is done with the descriptor at a place in the control part of a message. */
typedef void message_each_fn(enum call call, int type, void *place, uint32_t cloexec);

static void message_each(struct msghdr *message, message_each_fn *each, enum call call,
			 uint32_t cloexec)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET ||
		    (part->cmsg_type != SCM_RIGHTS && part->cmsg_type != SCM_PIDFD))
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= part->cmsg_len; at += sizeof(int))
			each(call, part->cmsg_type, (char *)part + at, cloexec);
	}
}

static void note_received(enum call call, int type, void *place, uint32_t cloexec)
{
	if (type == SCM_PIDFD)
		record_opened_at(call, KIND_PIDFD, place, FACT_CLOEXEC);
	else
		record_opened_at(call, call_kind(call), place, FACT_RECEIVED | cloexec);
}

static void note_sent(enum call call, int type, void *place, uint32_t cloexec)
{
	int fd;

	memcpy(&fd, place, sizeof(fd));
	(void)call; /* a sender needs no more than the mark */
	(void)cloexec;
	if (type == SCM_RIGHTS)
		record_fact(fd, FACT_SENT);
}

long record_received(enum call call, long result, struct msghdr *message, uint32_t cloexec)
{
	if (result >= 0 && message->msg_controllen)
		message_each(message, note_received, call, cloexec);
	return result;
}

long record_sent(enum call call, long result, const struct msghdr *message)
{
	if (result >= 0 && message->msg_controllen)
		message_each((struct msghdr *)message, note_sent, call, 0); /* reads only */
	return result;
}
