/* SPDX-License-Identifier: MIT */
/*
 * Message queues in use. Nothing is recorded but the use of a closed number, and that libc
 * has a socket of its own.
 */
#include "libc/databases.h"
#include "record/misuse.h"

int mq_send(mqd_t queue, const char *message, size_t size, unsigned int priority)
{
	return used(CALL_mq_send, queue, REAL(mq_send)(queue, message, size, priority));
}

int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned int priority,
		 const struct timespec *until)
{
	return used(CALL_mq_timedsend, queue,
		    REAL(mq_timedsend)(queue, message, size, priority, until));
}

ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned int *priority)
{
	return used(CALL_mq_receive, queue, REAL(mq_receive)(queue, message, size, priority));
}

ssize_t mq_timedreceive(mqd_t queue, char *restrict message, size_t size,
			unsigned int *restrict priority, const struct timespec *restrict until)
{
	return used(CALL_mq_timedreceive, queue,
		    REAL(mq_timedreceive)(queue, message, size, priority, until));
}

int mq_getattr(mqd_t queue, struct mq_attr *attributes)
{
	return used(CALL_mq_getattr, queue, REAL(mq_getattr)(queue, attributes));
}

int mq_setattr(mqd_t queue, const struct mq_attr *restrict next, struct mq_attr *restrict before)
{
	return used(CALL_mq_setattr, queue, REAL(mq_setattr)(queue, next, before));
}

/* With SIGEV_THREAD libc makes a socket of its own, by which the kernel tells it. */
int mq_notify(mqd_t queue, const struct sigevent *event)
{
	if (event && event->sigev_notify == SIGEV_THREAD)
		database_opened(KEPT_NOTIFY);
	return used(CALL_mq_notify, queue, REAL(mq_notify)(queue, event));
}
