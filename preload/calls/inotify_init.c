/* SPDX-License-Identifier: MIT */
/* Descriptors that watch files. */
#include "record/misuse.h"
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

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return used(CALL_inotify_add_watch, fd, REAL(inotify_add_watch)(fd, path, mask));
}

int inotify_rm_watch(int fd, int watch)
{
	return used(CALL_inotify_rm_watch, fd, REAL(inotify_rm_watch)(fd, watch));
}
