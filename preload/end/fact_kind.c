/* SPDX-License-Identifier: MIT */
/* What a descriptor is, in the kernel's words. */
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/kind_link.h"
#include "base/raw.h"
#include "base/text.h"
#include "end/facts.h"
#include "libc/real.h"
#include "shim/names.h"
#include "shim/state.h"

/* A message queue looks like a file in the root directory: its file system tells. */
#define MQUEUE_MAGIC 0x19800202 /* include/uapi/linux/magic.h does not have it */

static bool is_mqueue(int fd)
{
	struct statfs status;

	return !raw_failed(raw2(SYS_fstatfs, fd, &status)) && status.f_type == MQUEUE_MAGIC;
}

/*
 * O_PATH: a reference to a file, whatever that is. fstat() says S_IFSOCK of a socket's
 * file, and getsockopt() EBADF (man 2 open).
 */
static bool is_reference(int fd)
{
	long flags = raw2(SYS_fcntl, fd, F_GETFL);

	return !raw_failed(flags) && flags & O_PATH;
}

/* `target` is "" where it is not known. */
static enum descriptor_kind kind_by_mode(int fd, const struct stat *status, const char *target)
{
	enum descriptor_kind kind;

	if (is_reference(fd))
		return S_ISDIR(status->st_mode) ? KIND_DIRECTORY : KIND_FILE;
	kind = kind_of_link(target, status);
	return kind == KIND_FILE && S_ISREG(status->st_mode) && is_mqueue(fd) ? KIND_MQUEUE : kind;
}

/* Without /proc the call knows more than the mode, if it can have made such a thing. */
unsigned int fact_kind(int fd, const struct stat *status, const char *target, unsigned int recorded)
{
	unsigned int found = kind_by_mode(fd, status, target);
	bool is_open_question = !target[0] && (found == KIND_OTHER || S_ISREG(status->st_mode));

	return is_open_question && recorded != KIND_OTHER && kind_is_possible(recorded, found)
		       ? recorded
		       : found;
}

long fact_target(int fd, char *target, size_t size)
{
	char path[32];
	struct text text;
	long length;

	text_init(&text, path, sizeof(path));
	text_add(&text, "/proc/self/fd/");
	text_add_number(&text, (uint64_t)fd);
	length = raw4(SYS_readlinkat, AT_FDCWD, path, target, size - 1);
	if (raw_failed(length))
		length = 0;
	target[length] = '\0';
	return length;
}

/*
 * Kinds that an fstat() tells from all others, and that only a call made for them
 * makes. What is opened by a path may be of many kinds.
 */
#define KINDS_PLAIN                                                                       \
	(KIND_BIT(KIND_SOCKET) | KIND_BIT(KIND_PIPE) | KIND_BIT(KIND_EVENTFD) |            \
	 KIND_BIT(KIND_EPOLL) | KIND_BIT(KIND_TIMERFD) | KIND_BIT(KIND_SIGNALFD) |         \
	 KIND_BIT(KIND_INOTIFY))

bool fact_kind_is_plain(unsigned int recorded)
{
	return KIND_BIT(recorded) & KINDS_PLAIN;
}

bool fact_kind_fits(unsigned int recorded, unsigned int mode)
{
	unsigned int type = recorded == KIND_SOCKET ? S_IFSOCK
			    : recorded == KIND_PIPE ? S_IFIFO
						    : 0;

	return (mode & S_IFMT) == type;
}

unsigned int fact_kind_find(int fd, unsigned int recorded)
{
	char target[512] = "";
	struct stat status;

	if (raw_failed(raw2(SYS_fstat, fd, &status)))
		return recorded;
	/* Where /proc says that it points is asked for only where that is needed. */
	if ((status.st_mode & S_IFMT) == 0 ||
	    (S_ISREG(status.st_mode) && (status.st_nlink == 0 || recorded == KIND_OTHER)))
		(void)fact_target(fd, target, sizeof(target)); /* "" when it is not told */
	return fact_kind(fd, &status, target, recorded);
}

/*
 * The kernel's word on a kind that no call could tell: received, duplicated,
 * unseen. Where the call cannot have made it, the number has changed hands
 * behind us, and the call is not its origin.
 */
void slot_correct_kind(struct ledger_slot *slot, uint64_t word, unsigned int kind)
{
	struct ledger_kind_count *kinds = shim.recorder.process->kinds;
	unsigned int before = slot_kind(word) % KIND_DESCRIPTORS;
	uint64_t next = SLOT_WORD(slot_generation(word), slot_call(word), kind, slot_state(word));
	bool is_possible = kind_is_possible(call_kind(slot_call(word)), kind);

	if (before == kind)
		return;
	if (slot_call(word) && !is_possible)
		next = SLOT_WORD(slot_generation(word) + 1, 0, kind, SLOT_UNSEEN);
	if (!atomic_compare_exchange_strong(&slot->word, &word, next) || !slot_call(word))
		return; /* it has moved on, or was counted nowhere */
	if (is_possible) {
		atomic_fetch_sub_explicit(&kinds[before].opened, 1, memory_order_relaxed);
		LEDGER_COUNT(kinds[kind].opened);
	} else {
		LEDGER_COUNT(kinds[before].closed);
	}
}

bool fact_is_asked_any(uint32_t kinds)
{
	uint32_t asked = shim.ledger.header->kinds_asked;

	return asked == 0 || asked & kinds;
}

bool fact_is_asked(unsigned int kind)
{
	return fact_is_asked_any(KIND_BIT(kind));
}
