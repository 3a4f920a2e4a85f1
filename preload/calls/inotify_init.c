/* SPDX-License-Identifier: MIT */
/* Descriptors that watch files. */
#include "record/record.h"

int inotify_init(void)
{
	return record_opened(CALL_inotify_init, REAL(inotify_init)());
}

int inotify_init1(int flags)
{
	return record_opened_with(CALL_inotify_init1, REAL(inotify_init1)(flags),
				  FACT_CLOEXEC_OF(inotify_init1, flags));
}
