/* SPDX-License-Identifier: MIT */
/* The rules of dup2 and fcntl, for the functions and for syscall(). */
#include "record/duplicates.h"

#include <fcntl.h>
#include <limits.h>

#include "record/misuse.h"
#include "record/spread.h"

/* The place of dup2() onto itself: nothing is released. */
#define NOTHING INT_MIN

struct release duplicate_begin(enum call call, int from, int to)
{
	return record_release_begin(call, from == to ? NOTHING : to);
}

int duplicate_end(struct release *release, int from, int result)
{
	if (result < 0) {
		record_release_cancel(release);
		/* Onto itself it only asks whether the number is open. */
		return release->fd == NOTHING
			       ? result
			       : (int)(release->fd < 0
					       ? used_two(release->call, from, release->fd, result)
					       : used(release->call, from, result));
	}
	if (result == from)
		return result;
	use_mark(from);
	if (release->word) {
		misuse_overwritten(release, from);
		record_release_end(release, 0);
	}
	record_duplicate_held(release->call, from, result);
	return result;
}

static bool fcntl_duplicates(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
}

/*
 * Some commands ask whether a number is open; shells save a number with F_DUPFD, be it
 * open or not.
 */
static long fcntl_failed(enum call call, int fd, int command, long result)
{
	switch (command) {
	case F_GETFD:
	case F_SETFD:
	case F_GETFL:
		return result;
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return asked(call, fd, result);
	default:
		return used(call, fd, result);
	}
}

int fcntl_done(enum call call, int fd, int command, long argument, int result)
{
	if (result == -1)
		(void)fcntl_failed(call, fd, command, result);
	if (fcntl_duplicates(command)) {
		result = record_duplicate(call, fd, result, argument > 0 ? (int)argument : 0);
		if (command == F_DUPFD_CLOEXEC)
			record_fact(result, FACT_CLOEXEC);
	}
	if (command == F_SETFD && result == 0)
		record_fact(fd, FACT_SETFD);
	if ((command == F_SETLK || command == F_SETLKW) && result == 0)
		spread_meets_lock();
	return result;
}
