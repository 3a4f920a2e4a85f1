/* SPDX-License-Identifier: MIT */
/* Starts PROGRAM, with the signals that the launcher waits for blocked. */
#include "cli/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/guard.h"

void standard_descriptors_guard(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* Reads and writes fail with EBADF, as on the closed number; exec closes it again.
		 */
		(void)!open("/", O_PATH | O_CLOEXEC); /* the lowest free number: fd */
	}
}

void launch_init(struct launch *launch)
{
	static const int left_alone[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS,
					  SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,  SIGKILL };
	/* When SIGCHLD is ignored (nohup and some daemons), children vanish without a status. */
	struct sigaction reapable = { .sa_handler = SIG_DFL };

	sigfillset(&launch->watched);
	for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++)
		sigdelset(&launch->watched, left_alone[i]);
	sigprocmask(SIG_BLOCK, &launch->watched, &launch->mask);
	sigaction(SIGCHLD, &reapable, &launch->on_child);
}

/* The shell runs a file without "#!", as with execvp(). */
static void shell_exec(const char *path, char **argv, char **environment)
{
	size_t count = 0;
	char **shell_argv;

	while (argv[count])
		count++;
	shell_argv = calloc(count + 2, sizeof(*shell_argv));
	if (!shell_argv)
		return;
	shell_argv[0] = (char *)"/bin/sh";
	shell_argv[1] = (char *)path;
	if (count > 1)
		memcpy(shell_argv + 2, argv + 1, (count - 1) * sizeof(*shell_argv));
	execve(shell_argv[0], shell_argv, environment);
}

/* PROGRAM will answer as this process, and nobody else in its place (preload/record/identity.h). */
static void entry_own(struct ledger_process *entry)
{
	struct stat status;

	if (stat("/proc/self/ns/pid", &status) == 0)
		LEDGER_STORE(entry->pid_namespace, (uint32_t)status.st_ino);
	LEDGER_STORE(entry->self_pid, (uint32_t)getpid());
}

/*
 * What a service manager says to the process that it started, by its number, is meant for PROGRAM:
 * sd_listen_fds(3), sd_watchdog_enabled(3).
 */
static void manager_redirect(char **environment, pid_t launcher)
{
	static const char *const names[] = { "LISTEN_PID=", "WATCHDOG_PID=" };
	char *text;

	for (char **entry = environment; *entry; entry++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t length = strlen(names[i]);

			if (strncmp(*entry, names[i], length) == 0 &&
			    strtol(*entry + length, NULL, 10) == launcher &&
			    asprintf(&text, "%s%d", names[i], (int)getpid()) > 0)
				*entry = text; /* to the exec */
		}
}

static _Noreturn void child_run(struct launch *launch, pid_t launcher, const char *path,
				char **argv, char **environment, struct ledger_process *entry,
				bool is_text)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The launcher may have died before that line. */
	if (getppid() != launcher)
		raise(SIGKILL);
	entry_own(entry);
	manager_redirect(environment, launcher);
	sigaction(SIGCHLD, &launch->on_child, NULL);
	guard_leave();
	crash_leave();
	sigprocmask(SIG_SETMASK, &launch->mask, NULL);
	execve(path, argv, environment);
	if (errno == ENOEXEC && is_text)
		shell_exec(path, argv, environment);
	atomic_store(launch->exec_errno, errno);
	_exit(EXIT_NOT_FOUND);
}

/* May the shell read it? A program of another kind has a '\0' in its first bytes. */
static bool is_text_file(const char *path)
{
	char bytes[128];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, bytes, sizeof(bytes));
	close(fd);
	return length >= 0 && !memchr(bytes, '\0', (size_t)length);
}

/* Shared with our child until its exec. The ledger is shared with whatever PROGRAM starts. */
static int shared_make(struct launch *launch)
{
	void *shared = launch->exec_errno;

	if (!shared)
		shared = mmap(NULL, sizeof(*launch->exec_errno), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	launch->exec_errno = shared;
	atomic_store(launch->exec_errno, 0);
	return 0;
}

int launch_start(struct launch *launch, const char *path, char **argv, char **environment,
		 struct ledger_process *entry)
{
	pid_t launcher = getpid();
	bool is_text = is_text_file(path);
	int result = shared_make(launch);

	if (result < 0)
		return result;

	fflush(NULL); /* nothing of ours may come out of the child */
	launch->pid = fork();
	if (launch->pid < 0)
		return -errno;
	if (launch->pid == 0)
		child_run(launch, launcher, path, argv, environment, entry, is_text);
	atomic_store_explicit(&entry->pid, (uint32_t)launch->pid, memory_order_relaxed);
	return 0;
}

/* Where it stays as it is, reports that do not fit fail. */
void descriptors_allow(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
