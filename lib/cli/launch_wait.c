/* SPDX-License-Identifier: MIT */
/* Waits for PROGRAM, and forwards the signals that were meant for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/last_user.h"
#include "cli/launch.h"
#include "cli/limit_watch.h"
#include "cli/mend.h"

/*
 * `timeout 5 unclosed ./server` (without --foreground) makes itself the leader
 * of our process group. At the end it sends the signal to us, then to the whole
 * group, then SIGCONT in the same way, all within microseconds. The program got
 * its own: a second one from us could cut its orderly end short. So a signal from
 * a parent called "timeout" that leads our group is held back for a moment. When
 * its SIGCONT comes, the signal went to the whole group and is dropped; otherwise it is
 * forwarded.
 */
#define HOLD_MS 100

struct held {
	int number; /* 0: none */
	pid_t sender;
};

/* Reap every child that ended: ours, and as PID 1 the orphans. True when the program did. */
static bool reap(struct launch *launch, int *status)
{
	bool has_ended = false;
	int child_status;
	pid_t pid;

	if (last_user_find(launch->pid, &launch->rights))
		launch->has_changed_user = true;
	while ((pid = waitpid(-1, &child_status, WNOHANG)) > 0) {
		if (pid == launch->pid) {
			*status = child_status;
			has_ended = true;
		}
		if (launch->limits)
			limit_watch_reaped(launch->limits, pid);
	}
	return has_ended;
}

/* Did the terminal (or the end of its session) signal the whole group, and the program with it? */
static bool is_from_terminal(const struct launch *launch, const siginfo_t *info)
{
	if (info->si_code != SI_KERNEL || getpgid(launch->pid) != getpgrp())
		return false;
	return info->si_signo == SIGINT || info->si_signo == SIGQUIT || info->si_signo == SIGHUP ||
	       info->si_signo == SIGWINCH;
}

static bool is_called_timeout(pid_t pid)
{
	char path[32], name[16] = "";
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	(void)!read(fd, name, sizeof(name) - 1); /* "" on failure: not called so */
	close(fd);
	return strcmp(name, "timeout\n") == 0;
}

static bool is_from_timeout(const struct launch *launch, const siginfo_t *info)
{
	return info->si_code == SI_USER && info->si_pid > 0 && info->si_pid == getppid() &&
	       info->si_pid == getpgrp() && getpgid(launch->pid) == getpgrp() &&
	       is_called_timeout(info->si_pid);
}

/* Pass a signal on, with its value when it has one. The program may be gone: nothing to do then. */
static void forward(const struct launch *launch, const siginfo_t *info)
{
	if (info->si_code == SI_QUEUE)
		(void)sigqueue(launch->pid, info->si_signo, info->si_value);
	else
		(void)kill(launch->pid, info->si_signo);
}

static void held_release(const struct launch *launch, struct held *held)
{
	if (held->number)
		(void)kill(launch->pid, held->number);
	held->number = 0;
}

static void signal_handle(const struct launch *launch, const siginfo_t *info, struct held *held)
{
	if (info->si_signo == SIGCONT) {
		if (info->si_code == SI_USER && info->si_pid == held->sender)
			held->number = 0;
		return;
	}
	if (held->number && (info->si_signo != held->number || info->si_pid != held->sender))
		held_release(launch, held);
	if (is_from_terminal(launch, info))
		return;
	if (is_from_timeout(launch, info)) {
		held->number = info->si_signo;
		held->sender = info->si_pid;
		return;
	}
	forward(launch, info);
}

int launch_wait(struct launch *launch)
{
	static const struct timespec hold = { .tv_nsec = HOLD_MS * 1000000 },
				     look = { .tv_nsec = LIMIT_WATCH_MS * 1000000 };
	struct held held = { .number = 0 };
	int status = 0;

	while (!reap(launch, &status)) {
		siginfo_t info;
		int number = sigtimedwait(&launch->watched, &info, held.number ? &hold : &look);

		if (number < 0 && errno == EAGAIN)
			held_release(launch, &held);
		else if (number > 0 && mend_is_asked(launch->mend, &info))
			mend_now(launch->mend);
		else if (number > 0 && number != SIGCHLD)
			signal_handle(launch, &info, &held);
		limit_watch_look(launch->limits);
	}
	return status;
}

int launch_pause(struct launch *launch, unsigned int milliseconds)
{
	struct timespec limit = { .tv_sec = milliseconds / 1000,
				  .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
	int number = sigtimedwait(&launch->watched, NULL, &limit);
	int ignored;

	(void)reap(launch, &ignored); /* the program was reaped before */
	mend_now(launch->mend);
	limit_watch_look(launch->limits);
	switch (number) {
	case SIGINT:
	case SIGTERM:
	case SIGHUP:
	case SIGQUIT:
		return number;
	default:
		return 0;
	}
}

void launch_drain(struct launch *launch)
{
	static const struct timespec now = { 0, 0 };

	while (sigtimedwait(&launch->watched, NULL, &now) > 0)
		;
	mend_now(launch->mend);
}
