/* SPDX-License-Identifier: MIT */
/* The report is made by a child, so that its end can be told, or brought about. */
#include "cli/apart.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/raw.h"
#include "cli/cli.h"
#include "cli/crash.h"
#include "report/replacement.h"

/* Of the signals, who ends PROGRAM by hand reaches us within this time. */
#define EARLY_NS UINT64_C(200000000)

/* What an early one leaves for the work; and the child, to take away what it has half written. */
#define GRACE_MS 3000
#define FAREWELL_MS 1000

static const struct {
	int number;
	const char *name;
} endings[] = {
	{ SIGINT, "SIGINT" },
	{ SIGTERM, "SIGTERM" },
	{ SIGHUP, "SIGHUP" },
	{ SIGQUIT, "SIGQUIT" },
};

#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

/* What the child passes on by its own end; 0: nothing. In memory of both. */
static _Atomic(int) *passed_on;

/* Those that we were not told to ignore, as nohup does; a blocked one would come all the same. */
static void endings_fill(sigset_t *ret_set)
{
	struct sigaction action;

	sigemptyset(ret_set);
	for (size_t i = 0; i < ENDINGS; i++)
		if (sigaction(endings[i].number, NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(ret_set, endings[i].number);
}

static const char *name_of(int number)
{
	for (size_t i = 0; i < ENDINGS; i++)
		if (endings[i].number == number)
			return endings[i].name;
	return "a signal";
}

static void default_raise(int number)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t only;

	sigaction(number, &by_default, NULL);
	sigemptyset(&only);
	sigaddset(&only, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
}

void end_by_signal(int number)
{
	struct rlimit no_core = { 0, 0 };

	if (passed_on)
		atomic_store(passed_on, number);
	fflush(NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* core_pattern may be a pipe, which has no limit */
	default_raise(number);
}

/* Async-signal-safe. */
static _Noreturn void ended(int number)
{
	struct rlimit no_core = { 0, 0 };

	crash_tell_ended(name_of(number));
	setrlimit(RLIMIT_CORE, &no_core); /* SIGQUIT */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	default_raise(number);
	_exit(128 + number); /* PID 1 */
}

static void ending_handle(int number)
{
	replacement_abandon();
	ended(number);
}

static void handlers_set(const sigset_t *set, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	action.sa_mask = *set;
	for (size_t i = 0; i < ENDINGS; i++)
		if (sigismember(set, endings[i].number))
			sigaction(endings[i].number, &action, NULL);
}

void interrupts_allow(void)
{
	sigset_t set;

	endings_fill(&set);
	handlers_set(&set, ending_handle);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void interrupts_forbid(void)
{
	sigset_t set;

	endings_fill(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	handlers_set(&set, SIG_DFL);
}

static bool has_ended(pid_t child, int *status)
{
	pid_t pid;

	do
		pid = waitpid(child, status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		_exit(EXIT_ERROR);
	return pid == child;
}

/*
 * Wait for the child's end, or for one of `signals`, but no longer than `milliseconds` (negative:
 * without a limit). Returns 0, the signal's number, or -1.
 */
static int child_wait(pid_t child, const sigset_t *signals, int milliseconds, int *ret_status)
{
	struct timespec limit = { .tv_sec = milliseconds / 1000,
				  .tv_nsec = (long)(milliseconds % 1000) * 1000000 };
	sigset_t set = *signals;

	sigaddset(&set, SIGCHLD);
	while (!has_ended(child, ret_status)) {
		int number = sigtimedwait(&set, NULL, milliseconds < 0 ? NULL : &limit);

		if (number > 0 && number != SIGCHLD)
			return number;
		if (number < 0 && errno == EAGAIN)
			return -1;
	}
	return 0;
}

/* The child waits for something that does not come, or somebody has no time for it. */
static _Noreturn void work_end(pid_t child, int number)
{
	sigset_t none;
	int ignored;

	sigemptyset(&none);
	(void)kill(child, SIGTERM);
	if (child_wait(child, &none, FAREWELL_MS, &ignored) != 0)
		(void)kill(child, SIGKILL);
	ended(number);
}

static _Noreturn void end_as(pid_t child)
{
	clock_fn *clock = clock_find();
	uint64_t early_until = clock_read_ns(clock, CLOCK_MONOTONIC) + EARLY_NS;
	sigset_t signals, none;
	int status, number;

	/* What the child writes to ends with the child. */
	(void)raw3(SYS_close_range, STDERR_FILENO + 1, UINT32_MAX, 0); /* from Linux 5.9 on */
	endings_fill(&signals);
	sigemptyset(&none);
	number = child_wait(child, &signals, -1, &status);
	if (number > 0 && (clock_read_ns(clock, CLOCK_MONOTONIC) > early_until ||
			   child_wait(child, &none, GRACE_MS, &status) != 0))
		work_end(child, number);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	if (WTERMSIG(status) == SIGTERM && atomic_load(passed_on) != SIGTERM)
		ended(SIGTERM); /* a service manager, to all of a service: ours is on its way */
	if (WTERMSIG(status) != atomic_load(passed_on))
		crash_tell(WTERMSIG(status));
	end_by_signal(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

static void abandon_handle(int number)
{
	replacement_abandon();
	default_raise(number);
}

/* Our parent alone asks for the end; what the terminal sends to both stays blocked. */
static void abandon_allow(void)
{
	struct sigaction action = { .sa_handler = abandon_handle };
	sigset_t only;

	sigfillset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&only);
	sigaddset(&only, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
}

void work_apart(void)
{
	void *shared = mmap(NULL, sizeof(*passed_on), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child = -1;

	fflush(NULL); /* once, by one of the two */
	if (shared != MAP_FAILED) {
		passed_on = shared;
		child = fork();
	}
	if (child > 0)
		end_as(child);
	if (child == 0)
		abandon_allow();
	else
		interrupts_allow();
}
