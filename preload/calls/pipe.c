/* SPDX-License-Identifier: MIT */
/* Pipes. */
#include <errno.h>

#include "record/record.h"
#include "stack/capture.h"

int pipe(int fds[2])
{
	return record_opened_pair(CALL_pipe, REAL(pipe)(fds), fds, 0);
}

int __pipe(int fds[2])
{
	return record_opened_pair(CALL___pipe, REAL(__pipe)(fds), fds, 0);
}

int pipe2(int fds[2], int flags)
{
	/* libunwind's own pipe would take the program's numbers; it can do without (syscall.c). */
	if (unwinder_libunwind_owns(__builtin_return_address(0))) {
		errno = EMFILE;
		return -1;
	}
	return record_opened_pair(CALL_pipe2, REAL(pipe2)(fds, flags), fds,
				  FACT_CLOEXEC_OF(pipe2, flags));
}
