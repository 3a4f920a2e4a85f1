/* SPDX-License-Identifier: MIT */
/*
 * The work after PROGRAM's end, which Ctrl-C and its kin end at any moment. The signals that the
 * launcher waits for stay blocked; the caller here lets those in that ask a program to end.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_APART_H
#define UNCLOSED_CLI_APART_H

/*
 * Hand the rest of the tool's work to a child: it reads what PROGRAM wrote, and a kill by the
 * kernel, when memory is short, leaves it no last word. Returns in the child, or where there can be
 * none. The caller itself waits, says that word, and ends as the child has ended. SIGINT, SIGTERM,
 * SIGHUP or SIGQUIT ends both, with one line and the ledger kept.
 *
 * A signal of the first moment may have been meant for PROGRAM, which has just ended of it: who ends
 * a tree of processes comes to us a little later. The work has some time to come to its end, then.
 */
void work_apart(void);

/*
 * The same signals end this process while it does such work itself: between the two, they are let
 * in. What came before is to be taken away first (launch_drain).
 */
void interrupts_allow(void);
void interrupts_forbid(void);

/* End ourselves by signal `number`, without a core file. Returns only for PID 1, which no signal
 * ends. */
void end_by_signal(int number);

#endif
