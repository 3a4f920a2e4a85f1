/* SPDX-License-Identifier: MIT */
/* fcntl: duplicates, and close-on-exec. */
#include <stdarg.h>

#include "record/duplicates.h"

/* Every command takes at most one argument of a word; libc's own fcntl reads it so, too. */
#define FCNTL_ARGUMENT(last)                            \
	(__extension__({                                \
		va_list arguments_;                     \
		void *argument_;                        \
		va_start(arguments_, last);             \
		argument_ = va_arg(arguments_, void *); \
		va_end(arguments_);                     \
		argument_;                              \
	}))

int fcntl(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL_fcntl, fd, command, (long)argument,
			  REAL(fcntl)(fd, command, argument));
}

int __fcntl(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL___fcntl, fd, command, (long)argument,
			  REAL(__fcntl)(fd, command, argument));
}

int fcntl64(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL_fcntl64, fd, command, (long)argument,
			  REAL(fcntl64)(fd, command, argument));
}
