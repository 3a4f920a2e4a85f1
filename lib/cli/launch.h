/* SPDX-License-Identifier: MIT */
/*
 * Starting PROGRAM and staying with it until it ends, without being noticed.
 *
 * The program is a child in our own process group, with our descriptors,
 * terminal, signal mask and dispositions. The terminal's signals (Ctrl-C,
 * Ctrl-\, Ctrl-Z, hang-up) go to the whole group, so the program gets them itself. A signal
 * sent to us alone (kill, a supervisor) is forwarded. GNU timeout sends to its
 * child and then to its whole group, the program included; launch_wait.c tells
 * the two apart.
 *
 * We block signals instead of handling them: nothing can get lost between two
 * waits, and it works as PID 1, which ignores what it does not handle. The stop
 * signals keep their default: the job stops and continues with us.
 *
 * When we are killed, the kernel kills the program (PR_SET_PDEATHSIG).
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LAUNCH_H
#define UNCLOSED_CLI_LAUNCH_H

#include <signal.h>
#include <sys/types.h>

#include "base/rights.h"
#include "ledger/ledger.h"

struct limit_watch;
struct mend;

struct launch {
	pid_t pid;
	sigset_t watched;          /* blocked in us while the program runs, and waited for */
	sigset_t mask;             /* as we got it; the program's */
	struct sigaction on_child; /* disposition of SIGCHLD as we got it; the program's */
	/* As whom PROGRAM ran at last, when that was not as we do (last_user.h). */
	bool has_changed_user;
	struct rights rights;
	struct limit_watch *limits; /* of the session, while we wait; NULL: none */
	struct mend *mend;         /* of the session's ledger, while we wait */
	/* Why PROGRAM could not be executed, written by our child; 0: it was. No program sees it.
	 */
	_Atomic(int) *exec_errno;
};

/*
 * Keep 0, 1 and 2 from being handed out when they are closed: what we open
 * would land there, and our messages in it. The program still gets them closed.
 */
void standard_descriptors_guard(void);

/* Block the watched signals; from now on they wait for launch_wait(). */
void launch_init(struct launch *launch);

/*
 * Start the program; `entry` is its process entry, in shared memory, and gets
 * its pid. Returns 0 or -errno of fork. A failed exec shows as *launch->exec_errno
 * when the program has ended.
 */
int launch_start(struct launch *launch, const char *path, char **argv, char **environment,
		 struct ledger_process *entry);

/* Wait for the program's end. Returns its wait status. */
int launch_wait(struct launch *launch);

/*
 * Let up to `milliseconds` pass. Returns the number of a terminating signal
 * that was sent to us meanwhile, or 0. Reaps children (as PID 1, orphans).
 */
int launch_pause(struct launch *launch, unsigned int milliseconds);

/* Forget the signals that are pending from before. */
void launch_drain(struct launch *launch);

/* The soft limit of descriptors was for PROGRAM: we may have as many as the hard one allows. */
void descriptors_allow(void);

#endif
