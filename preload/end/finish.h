/* SPDX-License-Identifier: MIT */
/*
 * The end of a process: the comparison with the kernel, the facts of what is
 * still open, and in the bare form the report.
 *
 * Layer: preload. Context: target; async-signal-safe. Makes system calls, none of
 * them once a seccomp filter was seen.
 */
#ifndef UNCLOSED_PRELOAD_END_FINISH_H
#define UNCLOSED_PRELOAD_END_FINISH_H

#include <stdbool.h>

#include "ledger/layout.h"
#include "libc/real.h"

/*
 * Write the end down. A second thread that ends meanwhile waits for the first.
 * finish_report() comes next in any case.
 */
void finish_process(enum process_end how, int status);

/*
 * After finish_process(), on a way out that runs no handlers: the report of the
 * bare form. Returns the exit status to leave with.
 */
int finish_report(int status);

/* The same before abort(): the signal is the status. */
void finish_report_abort(void);

/* finish_clone.c: the function of a child of clone() has returned, and the child ends. */
void finish_clone(int status);

/*
 * Before libc's exit() and quick_exit(): while another thread is in there this one waits,
 * as it does in exit() itself since glibc 2.41. Not for long.
 */
void finish_take_turn(void);

/* The process goes on after all: a handler of SIGABRT may leave by siglongjmp. */
void finish_resume(void);

/* In a forked child: whoever was ending its parent is not here. */
void finish_forked(void);

/* The status quick_exit() was given, for the handler that gets none. */
extern int finish_quick_exit_status;

/* Remember what descriptor 2 is, and register the end handler. At start. */
void finish_init(bool is_bare);

/* kernel_check.c: make the slots of the table say what the kernel says. */
struct check_result {
	enum process_check check;
	uint32_t open_count;
	bool has_facts; /* of one or more, facts are due */
};
struct check_result kernel_check(int ignored_fd);

/*
 * facts.c: write down what the kernel knows of the descriptors left open, if facts are
 * due. False: of some it did not tell the kind, and somebody asks for that kind.
 */
bool facts_write(int ignored_fd, bool are_due);

/*
 * reporter.c: run `unclosed` on our ledger. `exit_status` is how this process ends: with a status,
 * or by signal number N, REPORTER_BY_SIGNAL + N. Returns the exit status it wants, or -1.
 */
#define REPORTER_BY_SIGNAL 256
#define STATUS_ERROR 125 /* of the tool, which could not do its work */
int reporter_run(int stderr_fd, int exit_status);

/* In the bare form, before a filter that may forbid all of that: say where the ledger is. */
void finish_before_filter(void);

/* reporter.c: has this process become another user than began the session? A system call. */
bool reporter_has_other_user(void);

/* reporter.c: the line itself. */
void reporter_refuse(int stderr_fd);

#endif
