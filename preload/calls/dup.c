/* SPDX-License-Identifier: MIT */
#include "calls/dup.h"

#include <fcntl.h>
#include <stdarg.h>

#include "record/misuse.h"

struct release duplicate_begin(enum call call, int from, int to)
{
	return record_release_begin(call, from == to ? -1 : to);
}

int duplicate_end(struct release *release, int from, int result)
{
	if (result < 0) {
		record_release_cancel(release);
		/* Onto itself it only asks whether the number is open. */
		return release->fd < 0 ? result : (int)used(release->call, from, result);
	}
	if (result == from)
		return result;
	if (release->word) {
		misuse_overwritten(release, from);
		record_release_end(release, 0);
	}
	return record_duplicate(release->call, from, result);
}

bool fcntl_duplicates(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
}

int dup(int fd)
{
	return record_duplicate(CALL_dup, fd, REAL(dup)(fd));
}

int dup2(int from, int to)
{
	struct release release = duplicate_begin(CALL_dup2, from, to);

	return duplicate_end(&release, from, REAL(dup2)(from, to));
}

int __dup2(int from, int to)
{
	struct release release = duplicate_begin(CALL___dup2, from, to);

	return duplicate_end(&release, from, REAL(__dup2)(from, to));
}

int dup3(int from, int to, int flags)
{
	struct release release = duplicate_begin(CALL_dup3, from, to);

	int result = duplicate_end(&release, from, REAL(dup3)(from, to, flags));

	if (result >= 0 && flags & O_CLOEXEC)
		record_fact(result, FACT_CLOEXEC);
	return result;
}

/* Every command takes at most one argument of a word; libc's own fcntl reads it so, too. */
#define FCNTL_ARGUMENT(last)                                                                       \
	(__extension__({                                                                           \
		va_list arguments_;                                                                \
		void *argument_;                                                                   \
		va_start(arguments_, last);                                                        \
		argument_ = va_arg(arguments_, void *);                                            \
		va_end(arguments_);                                                                \
		argument_;                                                                         \
	}))

/* Commands that are also used to ask whether a number is open. */
static bool fcntl_probes(int command)
{
	return command == F_GETFD || command == F_SETFD || command == F_GETFL;
}

static int fcntl_done(enum call call, int fd, int command, int result)
{
	if (fcntl_duplicates(command)) {
		(void)record_duplicate(call, fd, result);
		if (command == F_DUPFD_CLOEXEC)
			record_fact(result, FACT_CLOEXEC);
		return result;
	}
	if (command == F_SETFD && result == 0)
		record_fact(fd, FACT_SETFD);
	return fcntl_probes(command) ? result : (int)used(call, fd, result);
}

int fcntl(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL_fcntl, fd, command, REAL(fcntl)(fd, command, argument));
}

int __fcntl(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL___fcntl, fd, command, REAL(__fcntl)(fd, command, argument));
}

int fcntl64(int fd, int command, ...)
{
	void *argument = FCNTL_ARGUMENT(command);

	return fcntl_done(CALL_fcntl64, fd, command, REAL(fcntl64)(fd, command, argument));
}
