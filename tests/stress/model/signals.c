/* SPDX-License-Identifier: MIT */
/*
 * Signals: one that the program waits for, whose handler changes the table for
 * good, sometimes leaving by siglongjmp; and one from a timer that comes at any
 * moment, whose handler opens and closes.
 */
#include "model.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

/* Microseconds of processor time between two signals. */
#define TIMER_US 1500

static __thread struct actor *interrupted;
static __thread sigjmp_buf way_out;
static __thread bool is_jumping;

static void handle_step(int number)
{
	(void)number; /* only one signal comes here */
	operate_open(interrupted);
	if (is_jumping)
		siglongjmp(way_out, 1);
}

static void handle_anywhen(int number)
{
	int saved_errno = errno;
	int fd = eventfd(0, 0);

	(void)number; /* only two signals come here, for the same */
	if (fd >= 0)
		(void)close(fd); /* it is open */
	errno = saved_errno;
}

void timer_set(bool is_on)
{
	const struct timeval pause = { .tv_usec = is_on ? TIMER_US : 0 };
	const struct itimerval interval = { pause, pause };

	(void)setitimer(ITIMER_PROF, &interval, NULL); /* the values are valid */
}

void operate_signal(struct actor *actor)
{
	interrupted = actor;
	is_jumping = actor_below(actor, 3) == 0;
	TRACE("raise(SIGUSR1)%s", is_jumping ? ", handler jumps out" : "");
	if (sigsetjmp(way_out, 1) == 0)
		(void)raise(SIGUSR1); /* cannot fail */
}

void signals_install(void)
{
	const struct sigaction step = { .sa_handler = handle_step };
	const struct sigaction anywhen = { .sa_handler = handle_anywhen, .sa_flags = SA_RESTART };

	(void)sigaction(SIGUSR1, &step, NULL); /* these are valid */
	(void)sigaction(SIGUSR2, &anywhen, NULL);
	(void)sigaction(SIGPROF, &anywhen, NULL);
}
