/* SPDX-License-Identifier: MIT */
/* New programs: images that replace this one and go on with its shadow, and spawned ones. */
#include "model.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/raw.h"
#include "shim/names.h"

/* The shadow of the next image in this pid, or of one spawned. */
static void hand_over(struct lane *lane, bool is_spawned)
{
	struct shadow *next = &lane->shadow;

	*next = *model.shadow;
	for (uint32_t fd = 0; fd < next->entry_limit; fd++) {
		struct entry *entry = &next->entries[fd];
		long flags;

		if (!entry->is_open)
			continue;
		flags = raw2(SYS_fcntl, fd, F_GETFD);
		if (flags & FD_CLOEXEC)
			shadow_remove(next, &next->actors[entry->actor], (int)fd);
		entry->stream = NULL;
		entry->directory = NULL;
		if (entry->origin == DESCRIPTOR_INHERITED)
			entry->has_crossed_exec = true;
	}
	if (is_spawned)
		shadow_inherit(next, true);
	lane->has_shadow = 1;
}

static void exec_by(unsigned int how, char *lane_text)
{
	char *const argv[] = { model.program, model.arena_path, lane_text, NULL };
	char *const nothing[] = { NULL };

	switch (how) {
	case 0:
		execv(model.program, argv);
		break;
	case 1:
		execve(model.program, argv, nothing);
		break;
	case 2:
		execvp(model.program, argv);
		break;
	case 3:
		execvpe(model.program, argv, environ);
		break;
	case 4:
		execl(model.program, argv[0], argv[1], argv[2], NULL);
		break;
	case 5:
		execlp(model.program, argv[0], argv[1], argv[2], NULL);
		break;
	case 6:
		execle(model.program, argv[0], argv[1], argv[2], NULL, nothing);
		break;
	case 7:
		execveat(AT_FDCWD, model.program, argv, environ, 0);
		break;
	case 8:
		(void)syscall(SYS_execve, model.program, argv, environ);
		break;
	default:
		execv("/nowhere/at/all", argv);
		break;
	}
}

void operate_exec(struct actor *actor)
{
	unsigned int how = actor_below(actor, 11);
	struct lane *lane = lane_of(model.shadow->lane);
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", model.shadow->lane);
	sleepers_dismiss();
	TRACE("exec, way %u", how);
	timer_set(false);
	hand_over(lane, false);
	exec_by(how, text);
	lane->has_shadow = 0;
	timer_set(true);
	if (how < 9)
		model_fail("exec, way %u, failed", how);
}

static pid_t vfork_exec(char *const argv[])
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve(model.program, argv, environ);
		_exit(127);
	}
	return pid;
}

static pid_t spawn_by(unsigned int how, char *const argv[], const posix_spawn_file_actions_t *actions)
{
	pid_t pid;
	int error;

	if (how == 0)
		return vfork_exec(argv);
	error = how == 1 ? posix_spawn(&pid, model.program, actions, NULL, argv, environ) :
			   posix_spawnp(&pid, model.program, actions, NULL, argv, environ);
	return error ? -1 : pid;
}

/* File actions of a spawn, and what they do to the child's shadow. */
static void spawn_plan(struct actor *actor, struct shadow *child,
		       posix_spawn_file_actions_t *actions)
{
	for (unsigned int count = actor_below(actor, 3); count; count--) {
		int fd = shadow_pick(model.shadow, actor);

		if (fd < 0 || !child->entries[fd].is_open)
			continue;
		(void)posix_spawn_file_actions_addclose(actions, fd); /* ENOMEM at worst */
		TRACE("    child closes %d", fd);
		shadow_remove(child, &child->actors[0], fd);
	}
}

void operate_spawn(struct actor *actor)
{
	unsigned int how = actor_below(actor, 3);
	int lane = model.shadow->depth < DEPTH_MAX ? arena_lane_take(model.arena) : -1;
	struct shadow *child;
	posix_spawn_file_actions_t actions;
	char text[16];
	char *const argv[] = { model.program, model.arena_path, text, NULL };
	pid_t pid;

	if (lane < 0)
		return;
	TRACE("spawn, way %u", how);
	child = &lane_of((uint32_t)lane)->shadow;
	hand_over(lane_of((uint32_t)lane), true);
	child->lane = (uint32_t)lane;
	child->depth++;
	child->position = 0;
	child->steps = actor_below(actor, CHILD_STEPS);
	child->lineage = actor_random(actor);
	child->actors[0].tid = 0;
	memset(child->sleepers, 0, sizeof(child->sleepers));
	(void)snprintf(text, sizeof(text), "%d", lane);
	(void)posix_spawn_file_actions_init(&actions); /* cannot fail */
	if (how)
		spawn_plan(actor, child, &actions);
	pid = spawn_by(how, argv, &actions);
	(void)posix_spawn_file_actions_destroy(&actions); /* the same */
	if (pid > 0) {
		child_turn(lane, pid, true);
		return;
	}
	arena_lane_free(model.arena, lane);
	model_fail("spawn, way %u, failed", how);
}

static __attribute__((noinline)) void pipe_open(struct actor *actor)
{
	enum model_call call = CALL_popen;
	FILE *stream;

	here_take(&actor->here);
	if (actor_below(actor, 2)) {
		stream = popen("exit 0", "r");
	} else {
		call = CALL__IO_popen;
		stream = _IO_popen("exit 0", "r");
	}
	TRACE("popen = %d", stream ? fileno(stream) : -1);
	if (stream)
		note_opened(actor, fileno(stream), call, KIND_PIPE)->stream = stream;
}

void operate_command(struct actor *actor)
{
	if (actor_below(actor, 2)) {
		pipe_open(actor);
		return;
	}
	TRACE("system");
	if (system("exit 3") == 0)
		model_fail("system() gives no status");
}
