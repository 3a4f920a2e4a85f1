/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/names.h"

/* Numbers behind those that a table finds directly; each actor has its own. */
#define HIGH_COUNT 16

struct entry *note_duplicate(struct actor *actor, enum model_call call, int from, int fd)
{
	/* A copy: `from` and `fd` may be one number. */
	struct entry source = model.shadow->entries[from];
	struct entry *entry = note_opened(actor, fd, call, source.kind);

	if (entry)
		entry->kind_written = source.kind_written;
	return entry;
}

static __attribute__((noinline)) int by_dup(struct actor *actor, int from)
{
	here_take(&actor->here);
	return dup(from);
}

static __attribute__((noinline)) int by_dup_number(struct actor *actor, int from)
{
	here_take(&actor->here);
	return (int)syscall(SYS_dup, from);
}

static __attribute__((noinline)) int by_fcntl(struct actor *actor, int from, int low)
{
	here_take(&actor->here);
	return fcntl(from, F_DUPFD, low);
}

static __attribute__((noinline)) int by_fcntl_internal(struct actor *actor, int from, int low)
{
	here_take(&actor->here);
	return __fcntl(from, F_DUPFD, low);
}

static __attribute__((noinline)) int by_fcntl64(struct actor *actor, int from, int low)
{
	here_take(&actor->here);
	return fcntl64(from, F_DUPFD_CLOEXEC, low);
}

static __attribute__((noinline)) int by_fcntl_number(struct actor *actor, int from, int low)
{
	here_take(&actor->here);
	return (int)syscall(SYS_fcntl, from, F_DUPFD_CLOEXEC, low);
}

void operate_duplicate(struct actor *actor)
{
	int from = shadow_pick(model.shadow, actor), low = (int)actor_below(actor, 64), fd = -1;
	enum model_call call = CALL_dup;
	unsigned int how = actor_below(actor, 6);

	if (from < 0)
		return;
	switch (how) {
	case 0:
		fd = by_dup(actor, from);
		break;
	case 1:
		fd = by_dup_number(actor, from);
		break;
	case 2:
		call = CALL_fcntl;
		fd = by_fcntl(actor, from, low);
		break;
	case 3:
		call = CALL___fcntl;
		fd = by_fcntl_internal(actor, from, low);
		break;
	case 4:
		call = CALL_fcntl64;
		fd = by_fcntl64(actor, from, low);
		break;
	default:
		call = CALL_fcntl;
		fd = by_fcntl_number(actor, from, low);
		break;
	}
	TRACE("duplicate %u of %d = %d", how, from, fd);
	note_duplicate(actor, call, from, fd);
}

static __attribute__((noinline)) int by_dup2(struct actor *actor, int from, int to)
{
	here_take(&actor->here);
	return dup2(from, to);
}

static __attribute__((noinline)) int by_dup2_internal(struct actor *actor, int from, int to)
{
	here_take(&actor->here);
	return __dup2(from, to);
}

static __attribute__((noinline)) int by_dup2_number(struct actor *actor, int from, int to)
{
	here_take(&actor->here);
#ifdef SYS_dup2
	return (int)syscall(SYS_dup2, from, to);
#else
	return dup2(from, to); /* aarch64 has no such system call */
#endif
}

static __attribute__((noinline)) int by_dup3(struct actor *actor, int from, int to)
{
	here_take(&actor->here);
	return dup3(from, to, O_CLOEXEC);
}

static __attribute__((noinline)) int by_dup3_number(struct actor *actor, int from, int to)
{
	here_take(&actor->here);
	return (int)syscall(SYS_dup3, from, to, 0);
}

/* A number to put a duplicate on: live ones half the time, else one that is nobody else's. */
static int number_onto(struct actor *actor)
{
	unsigned int what = actor_below(actor, 8);

	if (what < 4)
		return shadow_pick(model.shadow, actor);
	if (what < 6 && !model.is_threaded)
		return (int)actor_below(actor, 100);
	return (int)(NUMBERS_MAX - (actor->id + 1) * HIGH_COUNT + actor_below(actor, HIGH_COUNT));
}

void operate_duplicate_onto(struct actor *actor)
{
	int from = shadow_pick(model.shadow, actor), to = number_onto(actor), fd = -1;
	enum model_call call = CALL_dup2;
	unsigned int how = actor_below(actor, 5);

	if (from < 0 || to < 0 || (from == to && how > 2))
		return;
	switch (how) {
	case 0:
		fd = by_dup2(actor, from, to);
		break;
	case 1:
		call = CALL___dup2;
		fd = by_dup2_internal(actor, from, to);
		break;
	case 2:
		fd = by_dup2_number(actor, from, to);
		break;
	case 3:
		call = CALL_dup3;
		fd = by_dup3(actor, from, to);
		break;
	default:
		call = CALL_dup3;
		fd = by_dup3_number(actor, from, to);
		break;
	}
	TRACE("duplicate onto %u: %d, %d = %d", how, from, to, fd);
	if (from != to)
		note_duplicate(actor, call, from, fd);
}
