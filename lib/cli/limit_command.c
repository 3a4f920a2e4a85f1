/* SPDX-License-Identifier: MIT */
/* The command of --at-limit: of who started the tool, beside the program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/limit_take.h"

#define STATUS_NO_SHELL 127

/* Its standard output is the program's, whose reader expects nothing of it. */
static _Noreturn void command_exec(const char *command, const char *path)
{
	const char *preload = getenv("LD_PRELOAD");
	int null_fd = open("/dev/null", O_RDONLY);
	sigset_t none;

	(void)dup2(null_fd, STDIN_FILENO); /* the terminal's then */
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
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

int limit_command_run(const char *command, const char *path)
{
	pid_t pid = fork(), ended;
	int status;

	if (pid == 0)
		command_exec(command, path);
	if (pid < 0)
		return complain("cannot run the command of --at-limit: %s", strerror(errno));
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return 0; /* somebody else has reaped it, where SIGCHLD is ignored */
	if (WIFSIGNALED(status))
		return complain("the command of --at-limit was ended by signal %d: %s",
				WTERMSIG(status), command);
	return complain("the command of --at-limit failed with status %d: %s", WEXITSTATUS(status),
			command);
}
