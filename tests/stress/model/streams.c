/* SPDX-License-Identifier: MIT */
/* Streams and directories made of descriptors, and streams that change their file. */
#include "model.h"

#include <unistd.h>

#include "shim/names.h"

static __attribute__((noinline)) FILE *reopen(struct actor *actor, FILE *stream, bool is_failing,
					      enum model_call *ret_call)
{
	const char *path = is_failing ? "/nowhere/at/all" : "/dev/zero";

	here_take(&actor->here);
	if (actor_below(actor, 2)) {
		*ret_call = CALL_freopen64;
		return freopen64(path, "r", stream);
	}
	*ret_call = CALL_freopen;
	return freopen(path, "r", stream);
}

static void stream_reopen(struct actor *actor, int fd)
{
	FILE *stream = model.shadow->entries[fd].stream;
	bool is_failing = actor_below(actor, 4) == 0;
	enum model_call call;

	if (model.shadow->entries[fd].call == CALL_popen ||
	    model.shadow->entries[fd].call == CALL__IO_popen)
		return;
	shadow_remove(model.shadow, actor, fd);
	stream = reopen(actor, stream, is_failing, &call);
	TRACE("freopen of %d = %d", fd, stream ? fileno(stream) : -1);
	if (stream)
		note_opened(actor, fileno(stream), call, KIND_FILE)->stream = stream;
}

void operate_stream(struct actor *actor)
{
	int fd = shadow_pick(model.shadow, actor);
	struct entry *entry = fd < 0 ? NULL : &model.shadow->entries[fd];

	if (!entry || entry->directory)
		return;
	if (entry->stream) {
		stream_reopen(actor, fd);
	} else if (entry->kind == KIND_FILE) {
		TRACE("fdopen(%d)", fd);
		entry->stream = actor_below(actor, 2) ? fdopen(fd, "r") : _IO_fdopen(fd, "r");
	} else if (entry->kind == KIND_DIRECTORY) {
		TRACE("fdopendir(%d)", fd);
		entry->directory = fdopendir(fd);
	}
}
