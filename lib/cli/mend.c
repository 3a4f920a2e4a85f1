/* SPDX-License-Identifier: MIT */
/* Makes a ledger's file as long again as it was, when somebody cut it short. */
#include "cli/mend.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger.h"

/* Somebody who goes on cutting is not waited for. */
#define ROUNDS_MAX 100

bool mend_is_lost(int fd)
{
	struct ledger_header header;

	return pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	       header.magic == LEDGER_MAGIC && header.version == LEDGER_VERSION &&
	       LEDGER_LOAD(header.cuts) & CUTS_LOST;
}

/* By the descriptor: the name may be another file's. Without /proc, by the name. */
static bool is_watched(const struct mend *mend, const char *path)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", mend->file_fd); /* fits */
	return inotify_add_watch(mend->watch_fd, name, IN_MODIFY) >= 0 ||
	       inotify_add_watch(mend->watch_fd, path, IN_MODIFY | IN_DONT_FOLLOW) >= 0;
}

void mend_begin(struct mend *mend, struct ledger *ledger, int file_fd, const char *path)
{
	*mend = (struct mend){ .ledger = ledger,
			       .file_fd = file_fd,
			       .size = ledger->header->file_size };
	mend->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* The signal is told with its descriptor when it is asked for by F_SETSIG. */
	if (mend->watch_fd >= 0 && is_watched(mend, path) &&
	    fcntl(mend->watch_fd, F_SETOWN, getpid()) == 0 &&
	    fcntl(mend->watch_fd, F_SETSIG, MEND_SIGNAL) == 0 &&
	    fcntl(mend->watch_fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0)
		return;
	mend_end(mend); /* what is cut is told all the same, by the file's length at the end */
}

bool mend_is_asked(const struct mend *mend, const siginfo_t *info)
{
	return info->si_signo == MEND_SIGNAL && info->si_code > 0 && mend->watch_fd >= 0 &&
	       info->si_fd == mend->watch_fd;
}

/* Forget what happened. False: nothing did. */
static bool events_take(const struct mend *mend)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool is_any = false;

	while (read(mend->watch_fd, events, sizeof(events)) > 0)
		is_any = true;
	return is_any;
}

bool mend_is_in_use(int file_fd, uint64_t size)
{
	struct ledger_header header;

	/* Read anew: our mapping may be exchanged for zeroed memory (guard.h). */
	return size < sizeof(header) ||
	       pread(file_fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	       header.magic != LEDGER_MAGIC ||
	       size < (uint64_t)LEDGER_LOAD(header.next_page) << LEDGER_PAGE_SHIFT;
}

/* Make the file as long as it was. False: it has its length. */
static bool length_mend(struct mend *mend)
{
	struct stat status;
	uint64_t size;

	if (fstat(mend->file_fd, &status) < 0 || (uint64_t)status.st_size >= mend->size)
		return false;
	size = (uint64_t)status.st_size;
	mend->is_damaged |= mend_is_in_use(mend->file_fd, size);
	if (ftruncate(mend->file_fd, (off_t)mend->size) < 0)
		return false;
	/* Whoever wanted more room meanwhile found none. */
	LEDGER_STORE(mend->ledger->header->is_full, 0);
	return true;
}

/* Was the change one that a process of the session has made good, and is nothing lost? */
static bool is_mended(struct mend *mend)
{
	struct ledger_header header;
	uint32_t cuts;

	if (pread(mend->file_fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    header.magic != LEDGER_MAGIC)
		return false;
	cuts = LEDGER_LOAD(header.cuts);
	if (cuts & CUTS_LOST || cuts == mend->cuts)
		return false; /* it was written to, or a hole was made in it */
	mend->cuts = cuts;
	return true;
}

void mend_now(struct mend *mend)
{
	unsigned int rounds = 0;

	if (mend->watch_fd < 0 || !events_take(mend))
		return;
	while (rounds < ROUNDS_MAX && length_mend(mend)) {
		rounds++;
		(void)events_take(mend); /* of what we did ourselves */
	}
	if (rounds == 0 && !is_mended(mend))
		mend->is_damaged = true;
}

void mend_end(struct mend *mend)
{
	if (mend->watch_fd >= 0)
		close(mend->watch_fd);
	mend->watch_fd = mend->file_fd = -1;
}
