/* SPDX-License-Identifier: MIT */
/* close and its kin. */
#include <errno.h>
#include <linux/close_range.h>

#include "calls/unshare.h"
#include "record/misuse.h"
#include "record/record.h"
#include "record/stderr.h"

int close(int fd)
{
	return RECORD_RELEASE(CALL_close, fd, REAL(close)(fd));
}

int __close(int fd)
{
	return RECORD_RELEASE(CALL___close, fd, REAL(__close)(fd));
}

int close_range(unsigned int first, unsigned int last, int flags)
{
	struct range range = record_range_begin(CALL_close_range, first, last);
	int result;

	if (!(flags & CLOSE_RANGE_CLOEXEC)) {
		stderr_guard(first, last);
		misuse_range_empty(CALL_close_range, first, last);
	}
	result = REAL(close_range)(first, last, flags);
	if (result == 0)
		close_range_done(&range, (unsigned int)flags);
	return result;
}

void closefrom(int first)
{
	unsigned int from = first > 0 ? (unsigned int)first : 0;
	struct range range = record_range_begin(CALL_closefrom, from, ~0U);

	stderr_guard(from, ~0U);
	REAL(closefrom)(first);
	record_range_end(&range);
}
