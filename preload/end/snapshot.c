/* SPDX-License-Identifier: MIT */
/*
 * A tool that takes a snapshot near the limit of descriptors, where no launcher does:
 *
 *	unclosed --limit-snapshot LEDGER DIRECTORY
 *
 * Nobody waits for it. An intermediate without an exit signal makes it, in this process's memory
 * and without a copy of it, and ends: the tool is an orphan at once, as of a daemon, and the
 * program is stopped for one or two milliseconds. An orphan would be a child of a process that is
 * PID 1, or asked for orphans (PR_SET_CHILD_SUBREAPER): there the intermediate stays until the tool
 * has ended, beside the program. Only __WALL finds it.
 *
 * A copy of a descriptor keeps its peer from seeing an end. So neither of the two has any of the
 * program's but number 2, which is for what the tool says.
 */
#include "end/snapshot.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/raw.h"
#include "end/tool.h"
#include "libc/real.h"
#include "process/bare.h"
#include "record/stderr.h"
#include "shim/names.h"
#include "shim/state.h"

#define STACK_SIZE 32768

struct starter {
	struct tool tool;
	bool stays; /* the intermediate, until the tool has ended */
	uint8_t tool_stack[STACK_SIZE] __attribute__((aligned(16)));
	uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));
};

/*
 * A table of its own with numbers below `first` alone. To copy one of 20 000 descriptors, and to
 * close them, takes 5 ms that the program waits for; so the kernel copies these few (Linux 5.9).
 * False: it is the program's still.
 */
static bool descriptors_leave(int first)
{
	return !raw_failed(raw3(SYS_close_range, first, ~0U, CLOSE_RANGE_UNSHARE));
}

__attribute__((noreturn)) static int tool_main(void *data)
{
	struct starter *starter = data;

	if (!descriptors_leave(STDERR_FILENO + 1) && raw_failed(raw1(SYS_unshare, CLONE_FILES)))
		for (;;)
			(void)raw1(SYS_exit_group, 0);
	(void)raw1(SYS_close, STDIN_FILENO); /* they may be closed */
	(void)raw1(SYS_close, STDOUT_FILENO);
	tool_exec(&starter->tool, STDERR_FILENO);
}

/*
 * Beside the program when it stays: it writes to nothing of the thread's. Before Linux 5.9 it
 * shares the program's table then, in which a close is one all the same.
 */
__attribute__((noreturn)) static int intermediate(void *data)
{
	struct starter *starter = data;
	int tool = REAL(clone)(tool_main, starter->tool_stack + STACK_SIZE,
			       CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, starter);

	if (tool > 0 && starter->stays) {
		(void)descriptors_leave(STDIN_FILENO);
		while (raw4(SYS_wait4, tool, NULL, 0, NULL) == -EINTR)
			;
	}
	for (;;)
		(void)raw1(SYS_exit_group, 0);
}

static bool gets_orphans(void)
{
	int is_subreaper = 0;

	return raw0(SYS_getpid) == 1 ||
	       raw_failed(raw2(SYS_prctl, PR_GET_CHILD_SUBREAPER, &is_subreaper)) || is_subreaper;
}

static void words_fill(struct tool *tool)
{
	const char *directory = bare_directory();

	tool->argv[1] = (char *)"--limit-snapshot";
	tool->argv[2] = shim.ledger_path;
	tool->argv[3] = (char *)(*directory ? directory : ".");
}

/* The memory stays when the intermediate does: there are few marks. */
static void starter_run(struct starter *starter)
{
	int pid = REAL(clone)(intermediate, starter->stack + STACK_SIZE,
			      CLONE_VM | CLONE_FILES | (starter->stays ? 0 : CLONE_VFORK), starter);

	if (pid > 0 && starter->stays)
		return;
	while (pid > 0 && raw4(SYS_wait4, pid, NULL, __WALL, NULL) == -EINTR)
		;
	(void)raw2(SYS_munmap, starter, sizeof(*starter));
}

/*
 * What the session began with: in its first process; in others their environment has it. That of
 * now may change while it is read, by another thread.
 */
static const char *options_find(void)
{
	const char *options = bare_options();

	return options ? options : environment_find(shim.environment, OPTIONS_VARIABLE);
}

void snapshot_start(void)
{
	uint64_t all = ~UINT64_C(0), before;
	long memory = raw6(SYS_mmap, 0, (long)sizeof(struct starter), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct starter *starter = (struct starter *)memory;

	if (raw_failed(memory))
		return; /* the report says that there is none */
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
	if (tool_prepare(&starter->tool, stderr_report_fd() == STDERR_FILENO ? STDERR_FILENO : -1,
			 shim.environment, options_find())) {
		words_fill(&starter->tool);
		starter->stays = gets_orphans();
		starter_run(starter);
	} else {
		(void)raw2(SYS_munmap, starter, sizeof(*starter));
	}
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
}
