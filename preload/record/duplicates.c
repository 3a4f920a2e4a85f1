/* SPDX-License-Identifier: MIT */
/* The rules of dup2 and fcntl, for the functions and for syscall(). */
#include "record/duplicates.h"

#include <fcntl.h>

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

static bool fcntl_duplicates(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
}

/* Commands that are also used to ask whether a number is open. */
static bool fcntl_probes(int command)
{
	return command == F_GETFD || command == F_SETFD || command == F_GETFL;
}

int fcntl_done(enum call call, int fd, int command, int result)
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
