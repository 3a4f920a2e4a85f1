/* SPDX-License-Identifier: MIT */
/*
 * A new program in the same process: exec. spawn.c and system.c start new processes.
 * The policy:
 *
 * exec       announces the next image of the same pid before the call: it gets
 *            our index in UNCLOSED_LEDGER and says hello to its entry. What
 *            survives keeps its opener. When exec fails, all is as before.
 * exec in a  vfork child, or a guest: a new process of ours (ORIGIN_SPAWN). The
 *            announcement is made in the shared ledger, nothing of this process changes.
 *
 * What the kernel will say EFAULT to is passed on as it is.
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
#include "base/text.h"
#include "end/handed_on.h"
#include "process/environment.h"
#include "record/announce.h"
#include "record/guest.h"
#include "record/misuse.h"
#include "record/record.h"
#include "record/vforked.h"
#include "shim/readable.h"
#include "shim/state.h"
#include "shim/variables.h"

struct exec_plan {
	char *const *environment; /* to give to the real call */
	uint32_t index;           /* announced entry + 1; 0 none */
};

/* What is executed, as the call names it. */
struct exec_target {
	const char *path;  /* NULL: known by a descriptor only */
	bool is_searched;  /* in PATH */
	const char *shown; /* for the report */
	char *const *argv;
};

static void image_stay(void)
{
	struct ledger_process *process = shim.recorder.process;

	atomic_store_explicit(&process->state, PROCESS_RUNNING, memory_order_relaxed);
	atomic_store_explicit(&process->successor, 0, memory_order_relaxed);
	atomic_store_explicit(&process->end_how, END_UNKNOWN, memory_order_relaxed);
	atomic_store_explicit(&process->ended_ns, 0, memory_order_relaxed);
}

#define LISTEN_FDS_START 3 /* sd_listen_fds(3) */
#define LISTEN_FDS_MAX 256

/* LISTEN_FDS says how many numbers, from 3 on, the new program is handed down on purpose. */
static void listen_note(char *const *environment)
{
	const char *count = environment_find(environment, "LISTEN_FDS=");
	uint64_t fds;

	if (!count || !text_parse_number(count, strlen(count), &fds) || fds > LISTEN_FDS_MAX)
		return;
	for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + (int)fds; fd++)
		misuse_placed(CALL_execve, fd);
}

/*
 * What survives is what the process had, but of one with its parent's table (CLONE_FILES): exec
 * gives it a copy, and the parent keeps what it opened.
 */
static enum table_link link_to_next(void)
{
	return shim_recorder()->table->process == shim.recorder.process_index ? LINK_EXEC
									      : LINK_SPAWN;
}

static void exec_begin(struct exec_plan *plan, const struct exec_target *target,
		       char *const *environment, void *storage)
{
	bool is_child = self.vfork_depth > 0 || guest_is_calling();
	struct ledger_process *next;
	struct joining joining;

	*plan = (struct exec_plan){ .environment = environment };
	if (!shim.is_active || !storage)
		return;
	joining_decide(&joining, target->path, target->is_searched, target->argv, environment);
	joining.is_same_process = !is_child;
	next = is_child ? announce(ORIGIN_SPAWN, LINK_SPAWN, target->shown, &joining.index)
			: announce(ORIGIN_EXEC, link_to_next(), target->shown, &joining.index);
	if (joining_is_led(&joining)) /* without an entry, too: it would begin a session of its own */
		plan->environment = environment_repair(environment, &joining, storage);
	if (!next)
		return;
	LEDGER_STORE(next->hindrance, joining.hindrance);
	plan->index = joining.index + 1;
	if ((!joining_is_answered(&joining) && joining.hindrance != HINDRANCE_LISTS) ||
	    !target->path)
		handed_on_note(next, is_child);
	if (self.vfork_depth > 0)
		vforked_hand_over(joining.index);
	listen_note(environment);
	if (!is_child)
		ledger_process_replaced(&shim.ledger, shim.recorder.process, joining.index);
}

/* Only a failed exec comes back. */
static int exec_failed(const struct exec_plan *plan, int result)
{
	if (plan->index == 0)
		return result;
	announce_withdraw(plan->index - 1);
	if (self.vfork_depth == 0 && !guest_is_calling()) {
		image_stay();
		atomic_store_explicit(&shim.recorder.process->exec_errno, (uint32_t)errno,
				      memory_order_relaxed);
	}
	return result;
}

/* The plan lives in the frame of the function that makes the call. */
#define EXEC_STORAGE(path, argv, environment) \
	(is_executable(path, argv, environment) ? ENVIRONMENT_STORAGE(environment) : NULL)

#define EXEC_BEGIN(plan, path, is_searched, argv, environment)                                \
	exec_begin(plan, &(struct exec_target){ path, is_searched, path, argv }, environment, \
		   EXEC_STORAGE(path, argv, environment))

int execve(const char *path, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, false, argv, environment);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execv(const char *path, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, path, false, argv, environ);
	return exec_failed(&plan, REAL(execve)(path, argv, plan.environment));
}

int execvp(const char *file, char *const argv[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, true, argv, environ);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int execvpe(const char *file, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	EXEC_BEGIN(&plan, file, true, argv, environment);
	return exec_failed(&plan, REAL(execvpe)(file, argv, plan.environment));
}

int fexecve(int fd, char *const argv[], char *const environment[])
{
	struct exec_plan plan;

	exec_begin(&plan, &(struct exec_target){ NULL, false, "(by descriptor)", argv },
		   environment, EXEC_STORAGE(NULL, argv, environment));
	return (int)used(CALL_fexecve, fd,
			 exec_failed(&plan, REAL(fexecve)(fd, argv, plan.environment)));
}

int execveat(int directory, const char *path, char *const argv[], char *const environment[],
	     int flags)
{
	struct exec_plan plan;

	exec_begin(&plan, &(struct exec_target){ NULL, false, path, argv }, environment,
		   EXEC_STORAGE(path, argv, environment));
	return (int)used(
		CALL_execveat, directory,
		exec_failed(&plan, REAL(execveat)(directory, path, argv, plan.environment, flags)));
}

/*
 * The list forms. The arguments are counted first, then copied to the stack;
 * `more` is left behind the final NULL, where execle() has the environment.
 */
#define EXEC_LIST(ret_argv, ret_more, first)                      \
	do {                                                      \
		size_t count_ = 1;                                \
		va_start(ret_more, first);                        \
		while (va_arg(ret_more, char *))                  \
			count_++;                                 \
		va_end(ret_more);                                 \
		ret_argv = alloca((count_ + 1) * sizeof(char *)); \
		ret_argv[0] = (char *)first;                      \
		va_start(ret_more, first);                        \
		for (size_t i_ = 1; i_ <= count_; i_++)           \
			ret_argv[i_] = va_arg(ret_more, char *);  \
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
