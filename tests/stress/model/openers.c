/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <fcntl.h>
#include <fts.h>
#include <linux/openat2.h>
#include <mntent.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "shim/names.h"

struct entry *note_opened(struct actor *actor, int fd, enum model_call call, unsigned int kind)
{
	struct entry *entry;

	if (fd < 0)
		return NULL;
	entry = shadow_add(model.shadow, actor, fd);
	entry->call = (uint16_t)call;
	entry->kind = (uint8_t)kind;
	entry->kind_written = (uint8_t)kind;
	return entry;
}

#define NAME_TEMPLATE "/dev/shm/unclosed-model-XXXXXX"

static __thread char name[64];

static char *name_template(void)
{
	return strcpy(name, NAME_TEMPLATE);
}

/* A file without a name is gone with its last descriptor. */
static int removed(int fd)
{
	(void)unlink(name); /* not there when it could not be made */
	return fd;
}

static char *shared_name(void)
{
	(void)snprintf(name, sizeof(name), "/unclosed-model-%d-%d", getpid(), gettid());
	return name;
}

static int shared_removed(int fd)
{
	(void)shm_unlink(name); /* the same */
	return fd;
}

static char *const walk_roots[] = { (char[]){ "/" }, NULL };

/* The walk itself is never ended: its descriptor may have become another's. */
static int walk_number(const FTS *walk)
{
	return walk ? walk->fts_rfd : -1;
}

static int walk64_number(const FTS64 *walk)
{
	return walk ? walk->fts_rfd : -1;
}

/* Where the calls are: a function of its own for each row. */
#define HERE(actor) here_take(&(actor)->here)

#define ONE(id, call, kind, expression)                                                            \
	static __attribute__((noinline)) void open_##id(struct actor *actor)                       \
	{                                                                                          \
		int fd;                                                                            \
                                                                                                   \
		HERE(actor);                                                                       \
		fd = (expression);                                                                 \
		TRACE(#id " = %d", fd);                                                            \
		note_opened(actor, fd, CALL_##call, KIND_##kind);                                  \
	}
#define PAIR(id, call, kind, expression)                                                           \
	static __attribute__((noinline)) void open_##id(struct actor *actor)                       \
	{                                                                                          \
		int fds[2], result;                                                                \
                                                                                                   \
		HERE(actor);                                                                       \
		result = (expression);                                                             \
		TRACE(#id " = %d, %d", result ? -1 : fds[0], result ? -1 : fds[1]);                \
		for (int i = 0; result == 0 && i < 2; i++)                                         \
			note_opened(actor, fds[i], CALL_##call, KIND_##kind);                      \
	}
#define STREAM(id, call, expression)                                                               \
	static __attribute__((noinline)) void open_##id(struct actor *actor)                       \
	{                                                                                          \
		FILE *stream;                                                                      \
                                                                                                   \
		HERE(actor);                                                                       \
		stream = (expression);                                                             \
		TRACE(#id " = %d", stream ? fileno(stream) : -1);                                  \
		if (stream)                                                                        \
			note_opened(actor, fileno(stream), CALL_##call, KIND_FILE)->stream =       \
				stream;                                                            \
	}
#define DIRECTORY(id, call, expression)                                                            \
	static __attribute__((noinline)) void open_##id(struct actor *actor)                       \
	{                                                                                          \
		DIR *directory;                                                                    \
                                                                                                   \
		HERE(actor);                                                                       \
		directory = (expression);                                                          \
		TRACE(#id " = %d", directory ? dirfd(directory) : -1);                             \
		if (directory)                                                                     \
			note_opened(actor, dirfd(directory), CALL_##call, KIND_DIRECTORY)          \
				->directory = directory;                                           \
	}
#define UNSURE(call)
#include "openers.def"
#undef ONE
#undef PAIR
#undef STREAM
#undef DIRECTORY

static operation *const openers[] = {
#define ONE(id, call, kind, expression) open_##id,
#define PAIR(id, call, kind, expression) open_##id,
#define STREAM(id, call, expression) open_##id,
#define DIRECTORY(id, call, expression) open_##id,
#include "openers.def"
};

void operate_open(struct actor *actor)
{
	openers[actor_below(actor, sizeof(openers) / sizeof(openers[0]))](actor);
}
