/* SPDX-License-Identifier: MIT */
/* Message queues. */
#include <errno.h>
#include <stdarg.h>

#include "record/record.h"

/* Mode and attributes are there only when the flags ask for them. */
mqd_t mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attributes = NULL;
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_list more;

		va_start(more, flags);
		mode = va_arg(more, mode_t);
		attributes = va_arg(more, struct mq_attr *);
		va_end(more);
	}
	return record_opened_with(CALL_mq_open, REAL(mq_open)(name, flags, mode, attributes),
				  FACT_CLOEXEC_OF(mq_open, flags));
}

mqd_t __mq_open_2(const char *name, int flags)
{
	return record_opened_with(CALL___mq_open_2, REAL(__mq_open_2)(name, flags),
				  FACT_CLOEXEC_OF(__mq_open_2, flags));
}

int mq_close(mqd_t queue)
{
	return RECORD_RELEASE(CALL_mq_close, queue, REAL(mq_close)(queue));
}
