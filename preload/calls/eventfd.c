/* SPDX-License-Identifier: MIT */
/* Descriptors that count events. */
#include "record/misuse.h"
#include "record/record.h"

int eventfd(unsigned int count, int flags)
{
	return record_opened_with(CALL_eventfd, REAL(eventfd)(count, flags),
				  FACT_CLOEXEC_OF(eventfd, flags));
}

int eventfd_read(int fd, eventfd_t *value)
{
	return used(CALL_eventfd_read, fd, REAL(eventfd_read)(fd, value));
}

int eventfd_write(int fd, eventfd_t value)
{
	return used(CALL_eventfd_write, fd, REAL(eventfd_write)(fd, value));
}
