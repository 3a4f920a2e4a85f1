/* SPDX-License-Identifier: MIT */
/*
 * New processes with a new program: posix_spawn and its kin. The policy: the child is
 * announced before the call, and withdrawn when the call fails (exec.c has the rest).
 */
#include <errno.h>

#include "end/handed_on.h"
#include "process/environment.h"
#include "record/announce.h"
#include "record/identity.h"
#include "record/misuse.h"
#include "record/record.h"
#include "record/spare.h"
#include "shim/readable.h"
#include "shim/state.h"

/* One call. Lives in the frame of the function that makes it. */
struct spawn {
	char *const *environment; /* to give to the real call */
	uint32_t index;           /* announced entry + 1; 0 none */
	pid_t pid;                /* what the real call wrote */
};

/* What is executed, and how. */
struct spawn_target {
	const char *path;
	bool is_searched; /* in PATH */
	bool has_actions; /* which open, close or move descriptors in the child */
	char *const *argv;
};

static void spawn_begin(struct spawn *spawn, const struct spawn_target *target,
			char *const *environment, void *storage)
{
	struct ledger_process *next;
	struct joining joining;

	*spawn = (struct spawn){ .environment = environment };
	if (!shim_is_recording() || !storage)
		return;
	joining_decide(&joining, target->path, target->is_searched, target->argv, environment);
	next = announce(ORIGIN_SPAWN, LINK_SPAWN, target->path, &joining.index);
	if (joining_is_led(&joining)) /* without an entry, too: it would begin a session of its own */
		spawn->environment = environment_repair(environment, &joining, storage);
	if (!next)
		return;
	LEDGER_STORE(next->hindrance, joining.hindrance);
	if (!joining_is_answered(&joining) && !target->has_actions &&
	    joining.hindrance != HINDRANCE_LISTS)
		handed_on_note(next, false);
	announce_hold(joining.index);
	spawn->index = joining.index + 1;
}

#define SPAWN_BEGIN(spawn, path, is_searched, actions, argv, environment)                        \
	spawn_begin(spawn, &(struct spawn_target){ path, is_searched, (actions) != NULL, argv }, \
		    environment,                                                                 \
		    is_executable(path, argv, environment) ? ENVIRONMENT_STORAGE(environment) : NULL)

/* `pid` is 0 where the call does not tell: then the child's is known when it says hello. */
static void spawn_settle(const struct spawn *spawn, int result, pid_t pid)
{
	if (spawn->index == 0)
		return;
	if (result != 0)
		announce_withdraw(spawn->index - 1);
	else if (pid > 0)
		identity_settle(spawn->index - 1, pid);
	if (result == 0)
		announce_release(spawn->index - 1);
}

/* The real call returned. Returns its result. */
static int spawn_end(const struct spawn *spawn, int result, pid_t *ret_pid)
{
	spawn_settle(spawn, result, spawn->pid);
	if (result == 0 && ret_pid)
		*ret_pid = spawn->pid;
	return result;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
		const posix_spawn_file_actions_t *restrict actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		char *const environment[restrict])
{
	struct spawn spawn;

	SPAWN_BEGIN(&spawn, path, false, actions, argv, environment);
	return spawn_end(
		&spawn,
		REAL(posix_spawn)(&spawn.pid, path, actions, attributes, argv, spawn.environment),
		pid);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file,
		 const posix_spawn_file_actions_t *restrict actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		 char *const environment[restrict])
{
	struct spawn spawn;

	SPAWN_BEGIN(&spawn, file, true, actions, argv, environment);
	return spawn_end(
		&spawn,
		REAL(posix_spawnp)(&spawn.pid, file, actions, attributes, argv, spawn.environment),
		pid);
}

/* The same for the two that give a process descriptor and no pid. */
static int spawn_end_pidfd(enum call call, const struct spawn *spawn, int result, int *pidfd,
			   uint32_t facts)
{
	spawn_settle(spawn, result, 0);
	if (result == 0)
		record_opened_at(call, call_kind(call), pidfd, facts);
	return result;
}

/* ENOSYS is what these two say themselves where they cannot work. */
int pidfd_spawn(int *restrict pidfd, const char *restrict path,
		const posix_spawn_file_actions_t *restrict actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		char *const environment[restrict])
{
	__typeof__(pidfd_spawn) *real = REAL_SINCE(pidfd_spawn);
	struct spawn spawn;
	int result = ENOSYS;

	SPAWN_BEGIN(&spawn, path, false, actions, argv, environment);
	if (real)
		result = real(pidfd, path, actions, attributes, argv, spawn.environment);
	return spawn_end_pidfd(CALL_pidfd_spawn, &spawn, result, pidfd,
			       FACT_CLOEXEC_OF(pidfd_spawn, 0));
}
SINCE_2_39(pidfd_spawn);

int pidfd_spawnp(int *restrict pidfd, const char *restrict file,
		 const posix_spawn_file_actions_t *restrict actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		 char *const environment[restrict])
{
	__typeof__(pidfd_spawnp) *real = REAL_SINCE(pidfd_spawnp);
	struct spawn spawn;
	int result = ENOSYS;

	SPAWN_BEGIN(&spawn, file, true, actions, argv, environment);
	if (real)
		result = real(pidfd, file, actions, attributes, argv, spawn.environment);
	return spawn_end_pidfd(CALL_pidfd_spawnp, &spawn, result, pidfd,
			       FACT_CLOEXEC_OF(pidfd_spawnp, 0));
}
SINCE_2_39(pidfd_spawnp);

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to)
{
	misuse_placed(CALL_posix_spawn_file_actions_adddup2, to);
	return REAL(posix_spawn_file_actions_adddup2)(actions, from, to);
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
				     const char *restrict path, int flags, mode_t mode)
{
	misuse_placed(CALL_posix_spawn_file_actions_addopen, fd);
	return REAL(posix_spawn_file_actions_addopen)(actions, fd, spared(AT_FDCWD, path, flags),
						      flags, mode);
}
