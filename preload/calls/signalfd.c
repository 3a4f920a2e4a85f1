/* SPDX-License-Identifier: MIT */
/* Descriptors that signals are read from. */
#include "record/misuse.h"
#include "record/record.h"

int signalfd(int fd, const sigset_t *mask, int flags)
{
	int result = REAL(signalfd)(fd, mask, flags);

	/* With a descriptor given, that one is changed and returned. */
	return fd == -1
		       ? record_opened_with(CALL_signalfd, result, FACT_CLOEXEC_OF(signalfd, flags))
		       : (int)used(CALL_signalfd, fd, result);
}
