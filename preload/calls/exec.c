/* SPDX-License-Identifier: MIT */
/*
 * New programs: exec and posix_spawn; system.c has system and popen. The policy:
 *
 * exec       announces the next image of the same pid before the call: it gets
 *            our index in UNCLOSED_LEDGER and says hello to its entry. What
 *            survives keeps its opener. When exec fails, all is as before.
 * exec in a  vfork child: a new process of ours (ORIGIN_SPAWN). The announcement
 *            is made in the shared ledger, nothing of this process changes.
 * spawn      announced before the call, withdrawn when it fails.
 *
 * Every environment is repaired on the way (environment.h), also one that the
 * program made itself or wiped. It lies on the caller's stack, because a vfork
 * child cannot free what it allocates; a very large one in a place of its thread's.
 */
#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/raw.h"
#include "calls/fork.h"
#include "process/environment.h"
#include "record/announce.h"
#include "record/misuse.h"
#include "record/record.h"
#include "shim/state.h"

/* Repaired environments of up to this size lie on the stack: 2 000 variables. */
#define STORAGE_ON_STACK 16384

struct exec_plan {
	char *const *environment; /* to give to the real call */
	uint32_t index;           /* announced entry + 1; 0 none */
};

/* What is executed, as the call names it. */
struct exec_target {
	const char *path;  /* NULL: known by a descriptor only */
	bool is_searched;  /* in PATH */
	const char *shown; /* for the report */
};

/*
 * A larger one's place, kept for the thread's next. A vfork child leaves it to its
 * parent, which cannot free what its child ran on.
 */
static __thread struct {
	void *memory;
	size_t size;
} large __attribute__((tls_model("initial-exec")));

static void *storage_large(size_t size)
{
	long memory;

	if (large.size >= size)
		return large.memory;
	if (!shim_may_call_kernel())
		return NULL;
	size += size / 4;
	memory = raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (raw_failed(memory))
		return NULL;
	large.memory = (void *)memory;
	large.size = size;
	return large.memory;
}

static bool exec_joins(char *const *environment)
{
	return shim.is_active && environment_joins(environment);
}

/* Bytes that a plan needs. */
static size_t exec_storage_size(char *const *environment)
{
	return exec_joins(environment) ? environment_repair_size(environment) : 1;
}

/* Memory for a repaired environment that lives as long as the frame that calls; NULL: none. */
#define EXEC_STORAGE(environment)                                                                  \
	(__extension__({                                                                           \
		size_t size_ = exec_storage_size(environment);                                     \
		size_ <= STORAGE_ON_STACK ? alloca(size_) : storage_large(size_);                  \
	}))

static void image_leave(uint32_t successor)
{
	struct ledger_process *process = shim.process;

	atomic_store_explicit(&process->successor, successor + 1, memory_order_relaxed);
	atomic_store_explicit(&process->end_how, END_EXEC, memory_order_relaxed);
	atomic_store_explicit(&process->ended_ns, ledger_now_ns(&shim.ledger),
			      memory_order_relaxed);
	atomic_store_explicit(&process->state, PROCESS_REPLACED, memory_order_release);
}

static void image_stay(void)
{
	struct ledger_process *process = shim.process;

	atomic_store_explicit(&process->state, PROCESS_RUNNING, memory_order_relaxed);
	atomic_store_explicit(&process->successor, 0, memory_order_relaxed);
	atomic_store_explicit(&process->end_how, END_UNKNOWN, memory_order_relaxed);
	atomic_store_explicit(&process->ended_ns, 0, memory_order_relaxed);
}

static void exec_begin(struct exec_plan *plan, const struct exec_target *target,
		       char *const *environment, void *storage)
{
	bool is_vfork_child = self.vfork_depth > 0;
	struct ledger_process *next;
	struct joining joining;

	*plan = (struct exec_plan){ .environment = environment };
	if (!exec_joins(environment) || !storage)
		return;
	joining_decide(&joining, target->path, target->is_searched);
	next = is_vfork_child ? announce(ORIGIN_SPAWN, LINK_SPAWN, target->shown, &joining.index) :
				announce(ORIGIN_EXEC, LINK_EXEC, target->shown, &joining.index);
	if (!next)
		return;
	atomic_store_explicit(&next->is_apart, joining.is_apart, memory_order_relaxed);
	plan->index = joining.index + 1;
	plan->environment = environment_repair(environment, &joining, storage);
	if (!is_vfork_child)
		image_leave(joining.index);
	else if (shim_may_call_kernel())
		atomic_store_explicit(&next->pid, (uint32_t)raw0(SYS_getpid), memory_order_relaxed);
}

/* Only a failed exec comes back. */
static int exec_failed(const struct exec_plan *plan, int result)
{
	if (plan->index == 0)
		return result;
	announce_withdraw(plan->index - 1);
	if (self.vfork_depth == 0) {
		image_stay();
		atomic_store_explicit(&shim.process->exec_errno, (uint32_t)errno,
				      memory_order_relaxed);
	}
	return result;
}

/* The plan lives in the frame of the function that makes the call. */
#define EXEC_BEGIN(plan, path, is_searched, environment)                                           \
	exec_begin(plan, &(struct exec_target){ path, is_searched, path }, environment,            \
		   EXEC_STORAGE(environment))

int execve(const char *path, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, false, environment);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execv(const char *path, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, false, environ);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execvp(const char *file, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, true, environ);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int execvpe(const char *file, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, true, environment);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int fexecve(int fd, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	exec_begin(&plan, &(struct exec_target){ NULL, false, "(by descriptor)" }, environment,
		   EXEC_STORAGE(environment));
	return exec_failed(&plan, REAL(fexecve)(fd, argv, plan.environment));
}

int execveat(int directory, const char *path, char *const argv[], char *const environment[],
	     int flags)
{
	struct exec_plan plan;

	exec_begin(&plan, &(struct exec_target){ NULL, false, path }, environment,
		   EXEC_STORAGE(environment));
	return exec_failed(&plan, REAL(execveat)(directory, path, argv, plan.environment, flags));
}

/*
 * The list forms. The arguments are counted first, then copied to the stack;
 * `more` is left behind the final NULL, where execle() has the environment.
 */
#define EXEC_LIST(ret_argv, ret_more, first)                                                       \
	do {                                                                                       \
		size_t count_ = 1;                                                                 \
		va_start(ret_more, first);                                                         \
		while (va_arg(ret_more, char *))                                                   \
			count_++;                                                                  \
		va_end(ret_more);                                                                  \
		ret_argv = alloca((count_ + 1) * sizeof(char *));                                  \
		ret_argv[0] = (char *)first;                                                       \
		va_start(ret_more, first);                                                         \
		for (size_t i_ = 1; i_ <= count_; i_++)                                            \
			ret_argv[i_] = va_arg(ret_more, char *);                                   \
	} while (0)

int execl(const char *path, const char *first, ...)
{
	va_list more;
	char **argv;

	EXEC_LIST(argv, more, first);
	va_end(more);
	return execv(path, argv);
}

int execlp(const char *file, const char *first, ...)
{
	va_list more;
	char **argv;

	EXEC_LIST(argv, more, first);
	va_end(more);
	return execvp(file, argv);
}

int execle(const char *path, const char *first, ...)
{
	char *const *environment;
	va_list more;
	char **argv;

	EXEC_LIST(argv, more, first);
	environment = va_arg(more, char *const *);
	va_end(more);
	return execve(path, argv, environment);
}

static uint32_t spawn_begin(const char *path, bool is_searched, char *const *environment,
			    void *storage, char *const **ret_environment)
{
	struct joining joining;

	*ret_environment = environment;
	if (!shim_is_recording() || !environment_joins(environment) || !storage)
		return 0;
	joining_decide(&joining, path, is_searched);
	if (!announce(ORIGIN_SPAWN, LINK_SPAWN, path, &joining.index))
		return 0;
	*ret_environment = environment_repair(environment, &joining, storage);
	return joining.index + 1;
}

static void spawn_end(uint32_t index, pid_t pid)
{
	struct ledger_process *child = index ? ledger_process_at(&shim.ledger, index - 1) : NULL;

	if (!child)
		return;
	if (pid < 0)
		announce_withdraw(index - 1);
	else if (pid > 0)
		atomic_store_explicit(&child->pid, (uint32_t)pid, memory_order_relaxed);
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
		const posix_spawn_file_actions_t *restrict actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
	            char *const environment[restrict])
{
	char *const *repaired;
	uint32_t index = spawn_begin(path, false, environment, EXEC_STORAGE(environment),
				     &repaired);
	pid_t child = 0;
	int result = REAL(posix_spawn)(&child, path, actions, attributes, argv, repaired);

	spawn_end(index, result == 0 ? child : -1);
	if (result == 0 && pid)
		*pid = child;
	return result;
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file,
	             const posix_spawn_file_actions_t *restrict actions,
	             const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
	             char *const environment[restrict])
{
	char *const *repaired;
	uint32_t index = spawn_begin(file, true, environment, EXEC_STORAGE(environment),
				     &repaired);
	pid_t child = 0;
	int result = REAL(posix_spawnp)(&child, file, actions, attributes, argv, repaired);

	spawn_end(index, result == 0 ? child : -1);
	if (result == 0 && pid)
		*pid = child;
	return result;
}

/*
 * The two that give a process descriptor and no pid: the child's pid is known
 * when it says hello. ENOSYS is what they say themselves where they cannot work.
 */
int pidfd_spawn(int *restrict pidfd, const char *restrict path,
		const posix_spawn_file_actions_t *restrict actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		char *const environment[restrict])
{
	char *const *repaired;
	uint32_t index = spawn_begin(path, false, environment, EXEC_STORAGE(environment),
				     &repaired);
	__typeof__(pidfd_spawn) *real = REAL_SINCE(pidfd_spawn);
	int result = real ? real(pidfd, path, actions, attributes, argv, repaired) : ENOSYS;

	spawn_end(index, result == 0 ? 0 : -1);
	if (result == 0)
		record_opened(CALL_pidfd_spawn, *pidfd);
	return result;
}
SINCE_2_39(pidfd_spawn);

int pidfd_spawnp(int *restrict pidfd, const char *restrict file,
		 const posix_spawn_file_actions_t *restrict actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
		 char *const environment[restrict])
{
	char *const *repaired;
	uint32_t index = spawn_begin(file, true, environment, EXEC_STORAGE(environment),
				     &repaired);
	__typeof__(pidfd_spawnp) *real = REAL_SINCE(pidfd_spawnp);
	int result = real ? real(pidfd, file, actions, attributes, argv, repaired) : ENOSYS;

	spawn_end(index, result == 0 ? 0 : -1);
	if (result == 0)
		record_opened(CALL_pidfd_spawnp, *pidfd);
	return result;
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
	return REAL(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
}
