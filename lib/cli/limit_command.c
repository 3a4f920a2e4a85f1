/* SPDX-License-Identifier: MIT */
/* Runs the command of --at-limit: a waiter, and the shell that it waits for. */
#include "cli/limit_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/memory_bound.h"

#define STATUS_NO_SHELL 127

/* Its standard output is the program's, whose reader expects nothing of it. */
static _Noreturn void shell_exec(const char *command, const char *path)
{
	const char *preload = getenv("LD_PRELOAD");
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	(void)dup2(null_fd, STDIN_FILENO); /* the terminal's then */
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	crash_leave();
	memory_unbound();
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (preload && strstr(preload, "libunclosed"))
		(void)unsetenv("LD_PRELOAD"); /* it would be a session of its own */
	if (setenv("UNCLOSED_SNAPSHOT", path, 1) == 0)
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(STATUS_NO_SHELL);
}

static void shell_run(const char *command, const char *path)
{
	pid_t pid, ended;
	int status;

	(void)signal(SIGCHLD, SIG_DFL); /* where it is ignored, no status is told */
	pid = fork();
	if (pid == 0)
		shell_exec(command, path);
	do
		ended = pid < 0 ? -1 : waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended < 0)
		(void)complain("cannot run the command of --at-limit: %s", strerror(errno));
	else if (WIFSIGNALED(status))
		(void)complain("the command of --at-limit was ended by signal %d: %s",
			       WTERMSIG(status), command);
	else if (WEXITSTATUS(status) != 0)
		(void)complain("the command of --at-limit failed with status %d: %s",
			       WEXITSTATUS(status), command);
}

void limit_command_start(const char *command, const char *path, _Atomic(uint32_t) *running)
{
	pid_t pid;

	atomic_fetch_add(running, 1);
	pid = fork();
	if (pid == 0)
		shell_run(command, path);
	if (pid < 0)
		(void)complain("cannot run the command of --at-limit: %s", strerror(errno));
	if (pid > 0)
		return;
	atomic_fetch_sub(running, 1);
	if (pid == 0)
		_exit(0);
}
