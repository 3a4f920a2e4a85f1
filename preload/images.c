/* SPDX-License-Identifier: MIT */
/*
 * New programs: exec, posix_spawn, system, popen. The policy:
 *
 * exec       announces the next image of the same pid before the call: it gets
 *            our index in UNCLOSED_LEDGER and says hello to its entry. What
 *            survives keeps its opener. When exec fails, all is as before.
 * exec in a  vfork child: a new process of ours (ORIGIN_SPAWN). The announcement
 *            is made in the shared ledger, nothing of this process changes.
 * spawn      announced before the call, withdrawn when it fails.
 * system,    start a shell from inside libc with `environ`, which is swapped for
 * popen      a repaired copy during the call. The copy is never freed: another
 *            thread's setenv() may have taken it over.
 *
 * Every environment is repaired on the way (environment.h), also one that the
 * program made itself or wiped. It lies on the caller's stack: a vfork child
 * must not allocate.
 */
#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "announce.h"
#include "base/raw.h"
#include "environment.h"
#include "lives.h"
#include "state.h"

struct exec_plan {
	char *const *environment; /* to give to the real call */
	uint32_t index;           /* announced entry + 1; 0 none */
};

static bool exec_joins(char *const *environment)
{
	return shim.is_active && environment_joins(environment);
}

/* Bytes of stack that a plan needs. */
static size_t exec_storage_size(char *const *environment)
{
	return exec_joins(environment) ? environment_repair_size(environment) : 1;
}

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

static void exec_begin(struct exec_plan *plan, const char *target, char *const *environment,
		       void *storage)
{
	bool is_vfork_child = self.vfork_depth > 0;
	struct ledger_process *next;
	uint32_t index;

	*plan = (struct exec_plan){ .environment = environment };
	if (!exec_joins(environment))
		return;
	next = is_vfork_child ? announce(ORIGIN_SPAWN, LINK_SPAWN, target, &index) :
				announce(ORIGIN_EXEC, LINK_EXEC, target, &index);
	if (!next)
		return;
	plan->index = index + 1;
	plan->environment = environment_repair(environment, index, storage);
	if (!is_vfork_child)
		image_leave(index);
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
#define EXEC_BEGIN(plan, target, environment)                                                      \
	exec_begin(plan, target, environment, alloca(exec_storage_size(environment)))

int execve(const char *path, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, environment);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execv(const char *path, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, environ);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execvp(const char *file, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, environ);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int execvpe(const char *file, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, environment);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int fexecve(int fd, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, "(by descriptor)", environment);
	return exec_failed(&plan, REAL(fexecve)(fd, argv, plan.environment));
}

int execveat(int directory, const char *path, char *const argv[], char *const environment[],
	     int flags)
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, environment);
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

static uint32_t spawn_begin(const char *target, char *const *environment, void *storage,
			    char *const **ret_environment)
{
	uint32_t index;

	*ret_environment = environment;
	if (!shim_is_recording() || !environment_joins(environment) ||
	    !announce(ORIGIN_SPAWN, LINK_SPAWN, target, &index))
		return 0;
	*ret_environment = environment_repair(environment, index, storage);
	return index + 1;
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
	uint32_t index = spawn_begin(path, environment, alloca(exec_storage_size(environment)),
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
	uint32_t index = spawn_begin(file, environment, alloca(exec_storage_size(environment)),
				     &repaired);
	pid_t child = 0;
	int result = REAL(posix_spawnp)(&child, file, actions, attributes, argv, repaired);

	spawn_end(index, result == 0 ? child : -1);
	if (result == 0 && pid)
		*pid = child;
	return result;
}

void spawn_begin_shell(struct spawn_plan *plan)
{
	long storage;
	size_t size;
	uint32_t index;

	*plan = (struct spawn_plan){ .saved_environ = environ };
	if (!shim_is_recording() || !shim_may_call_kernel() || !environment_joins(environ))
		return;
	size = environment_repair_size(environ);
	storage = raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (raw_failed(storage) || !announce(ORIGIN_SPAWN, LINK_SPAWN, "/bin/sh", &index))
		return;
	plan->index = index + 1;
	plan->environment = environment_repair(environ, index, (void *)storage);
	environ = plan->environment;
}

void spawn_end_shell(struct spawn_plan *plan, bool is_started)
{
	if (plan->environment && environ == plan->environment)
		environ = plan->saved_environ;
	if (!is_started)
		spawn_end(plan->index, -1);
}

int system(const char *command)
{
	struct spawn_plan plan;
	int status;

	if (!command)
		return REAL(system)(command);
	spawn_begin_shell(&plan);
	status = REAL(system)(command);
	spawn_end_shell(&plan, status != -1);
	return status;
}
