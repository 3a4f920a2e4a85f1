/* SPDX-License-Identifier: MIT */
/* Descriptors that watch file systems. */
#include <fcntl.h>

#include "record/givers.h"
#include "record/misuse.h"

int fanotify_init(unsigned int flags, unsigned int event_flags)
{
	return record_opened_with(CALL_fanotify_init, REAL(fanotify_init)(flags, event_flags),
				  FACT_CLOEXEC_OF(fanotify_init, flags) |
					  giver_facts(event_flags & O_CLOEXEC));
}

int fanotify_mark(int fd, unsigned int flags, uint64_t mask, int directory, const char *path)
{
	return used_two(CALL_fanotify_mark, fd, directory,
			REAL(fanotify_mark)(fd, flags, mask, directory, path));
}
