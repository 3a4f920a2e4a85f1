/* SPDX-License-Identifier: MIT */
/* Descriptors that go, and calls that fail. */
#include "model.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <mntent.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/raw.h"
#include "shim/names.h"

/* A stream or directory goes by its own call, or is left behind without its number. */
static void close_owner(struct actor *actor, int fd, const struct entry *entry)
{
	shadow_remove(model.shadow, actor, fd);
	if (entry->stream) {
		TRACE("fclose (%d)", fd);
		if (entry->call == CALL_popen || entry->call == CALL__IO_popen)
			(void)pclose(entry->stream); /* ECHILD in a forked child */
		else if (entry->call == CALL_setmntent)
			(void)endmntent(entry->stream); /* always says 1 */
		else if (entry->call == CALL___setmntent)
			(void)__endmntent(entry->stream); /* the same */
		else if (actor_below(actor, 2))
			(void)fclose(entry->stream); /* nothing was written */
		else
			(void)_IO_fclose(entry->stream); /* the same */
	} else {
		TRACE("closedir (%d)", fd);
		(void)closedir(entry->directory); /* cannot fail */
	}
}

void operate_close(struct actor *actor)
{
	int fd = shadow_pick(model.shadow, actor);
	struct entry entry;

	if (fd < 0)
		return;
	entry = model.shadow->entries[fd];
	if ((entry.stream || entry.directory) && actor_below(actor, 8)) {
		close_owner(actor, fd, &entry);
		return;
	}
	shadow_remove(model.shadow, actor, fd);
	switch (actor_below(actor, 4)) {
	case 0:
		TRACE("__close(%d)", fd);
		(void)__close(fd); /* it is open */
		break;
	case 1:
		TRACE("syscall(SYS_close, %d)", fd);
		(void)syscall(SYS_close, fd);
		break;
	default:
		TRACE("close(%d)", fd);
		(void)close(fd);
		break;
	}
}

static void forget_range(struct actor *actor, unsigned int first, unsigned int last)
{
	for (unsigned int fd = first; fd <= last && fd < NUMBERS_MAX; fd++)
		if (actor->open[fd / 64] >> fd % 64 & 1)
			shadow_remove(model.shadow, actor, (int)fd);
}

/* From one of our numbers on, with whatever holes there are. */
void operate_close_range(struct actor *actor)
{
	static const int flags[] = { 0, 0, 0, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE };
	int start = shadow_pick(model.shadow, actor);
	unsigned int first, last;
	int flag = flags[actor_below(actor, sizeof(flags) / sizeof(flags[0]))];

	if (start < 0 || model.is_threaded)
		return;
	first = (unsigned int)start;
	last = first + actor_below(actor, 12);
	if (actor_below(actor, 20) == 0)
		last = ~0U;
	TRACE("close_range(%u, %u, %#x)", first, last, (unsigned int)flag);
	if (actor_below(actor, 3) == 0 ? (int)syscall(SYS_close_range, first, last, flag) :
					 close_range(first, last, flag))
		return; /* flags of a later kernel */
	if (!(flag & CLOSE_RANGE_CLOEXEC))
		forget_range(actor, first, last);
}

void operate_closefrom(struct actor *actor)
{
	unsigned int first = actor_below(actor, 40);

	if (model.is_threaded)
		return;
	TRACE("closefrom(%u)", first);
	closefrom((int)first);
	forget_range(actor, first, ~0U);
}

/* A number that is not open; a high one while other threads are at work. */
static int free_number(struct actor *actor)
{
	for (;;) {
		int fd = (int)actor_below(actor, NUMBERS_MAX);

		if (!model.shadow->entries[fd].is_open && (!model.is_threaded || fd > 600) &&
		    fd < 900)
			return fd;
	}
}

/* With no number left below the limit, everything that opens fails. */
static void fail_by_limit(struct actor *actor)
{
	struct rlimit limit, low;
	unsigned int number = 0;

	while (number < NUMBERS_MAX && model.shadow->entries[number].is_open)
		number++;
	if (raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return;
	low = limit;
	low.rlim_cur = number;
	(void)raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, &low, NULL); /* lowering cannot fail */
	TRACE("(limit %u)", number);
	operate_open(actor);
	operate_duplicate(actor);
	(void)raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL); /* as it was */
}

static void fail_with(struct actor *actor, unsigned int what, int open, int free)
{
	TRACE("failing call %u on %d and %d", what, open, free);
	switch (what) {
	case 0:
		(void)close(-1);
		break;
	case 1:
		(void)close(free);
		break;
	case 2:
		(void)dup2(free, open);
		break;
	case 3:
		(void)dup2(open, NUMBERS_MAX + 7);
		break;
	case 4:
		(void)dup3(open, open, 0);
		break;
	case 5:
		(void)dup3(open, free, 0x7f);
		break;
	case 6:
		(void)fcntl(open, F_DUPFD, NUMBERS_MAX + 7);
		break;
	case 7:
		(void)fcntl(free, F_DUPFD, 0);
		break;
	case 8:
		(void)dup(free);
		break;
	case 9:
		(void)open64("/nowhere/at/all", O_RDONLY);
		break;
	case 10:
		(void)socket(-1, 0, 0);
		break;
	case 11:
		(void)dup2(open, open); /* does nothing */
		break;
	case 12:
		(void)syscall(SYS_dup3, free, open, 0);
		break;
	case 13:
		(void)accept(open, NULL, NULL);
		break;
	case 14:
		(void)dup2(-1, open);
		break;
	default:
		if (!model.is_threaded)
			fail_by_limit(actor);
		break;
	}
}

void operate_fail(struct actor *actor)
{
	int open = shadow_pick(model.shadow, actor), free = free_number(actor);
	unsigned int what = actor_below(actor, 18);

	/* A listening socket would wait for somebody. */
	if (open < 0 || (what == 13 && model.shadow->entries[open].kind == KIND_SOCKET))
		return;
	fail_with(actor, what, open, free);
}
