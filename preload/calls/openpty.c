/* SPDX-License-Identifier: MIT */
/*
 * Pairs of pseudo-terminals. forkpty() forks inside, so our atfork handlers have run
 * when it returns: the parent keeps the master alone, the child has the slave on 0, 1
 * and 2 and nothing else of the pair.
 */
#include "calls/fork.h"
#include "record/duplicates.h"
#include "record/stderr.h"
#include "shim/state.h"

int openpty(int *master, int *slave, char *name, const struct termios *terminal,
	    const struct winsize *size)
{
	int result = REAL(openpty)(master, slave, name, terminal, size);

	if (result == 0) {
		int fds[2] = { *master, *slave };

		(void)record_opened_pair(CALL_openpty, 0, fds, 0);
		*master = fds[0];
		*slave = fds[1];
	}
	return result;
}

int forkpty(int *master, char *name, const struct termios *terminal, const struct winsize *size)
{
	pid_t pid = REAL(forkpty)(master, name, terminal, size);
	struct range range;

	if (pid != 0) {
		fork_in_parent(pid);
		if (pid > 0)
			record_opened_at(CALL_forkpty, call_kind(CALL_forkpty), master, 0);
		return pid;
	}
	range = record_range_begin(CALL_forkpty, STDIN_FILENO, STDERR_FILENO);
	record_range_end(&range);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		record_held(CALL_forkpty, fd, 0);
	return pid;
}

/* After success 0, 1 and 2 are the terminal, and the number given is closed unless one of them. */
int login_tty(int fd)
{
	int result;

	if (!shim_is_recording())
		return REAL(login_tty)(fd);
	stderr_guard(STDIN_FILENO, STDERR_FILENO);
	result = REAL(login_tty)(fd);
	if (result != 0)
		return result;
	for (int to = STDIN_FILENO; to <= STDERR_FILENO; to++) {
		struct release release = duplicate_begin(CALL_login_tty, fd, to);

		(void)duplicate_end(&release, fd, to);
	}
	if (fd > STDERR_FILENO) {
		struct release release = record_release_begin(CALL_login_tty, fd);

		record_release_end(&release, 0);
	}
	return result;
}
