/* SPDX-License-Identifier: MIT */
/* Descriptors of timers. */
#include "record/record.h"

int timerfd_create(clockid_t clock, int flags)
{
	return record_opened_with(CALL_timerfd_create, REAL(timerfd_create)(clock, flags),
				  FACT_CLOEXEC_OF(timerfd_create, flags));
}
