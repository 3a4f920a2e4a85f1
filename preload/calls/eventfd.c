/* SPDX-License-Identifier: MIT */
/* Descriptors that count events. */
#include "record/record.h"

int eventfd(unsigned int count, int flags)
{
	return record_opened_with(CALL_eventfd, REAL(eventfd)(count, flags),
				  FACT_CLOEXEC_OF(eventfd, flags));
}
