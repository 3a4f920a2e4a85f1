/* SPDX-License-Identifier: MIT */
/*
 * What is said, and what stays, when the tool itself dies by a signal: a fault of ours, or of a
 * library that reads debug information, or short memory.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_CRASH_H
#define UNCLOSED_CLI_CRASH_H

/* What a ledger is called that was being read: its name, and this. It is never swept. */
#define CRASH_KEPT ".kept"

/* For the whole tool: one line, and EXIT_ERROR, instead of a silent death. */
void crash_init(void);

/* In a forked child that becomes another program: the signals as they were given to us. */
void crash_leave(void);

/*
 * From here on a ledger is read. It is kept, and the exit status is `status`. `path` and `program`
 * are used until crash_forget(); a NULL `path`: nothing is to be kept.
 */
void crash_expect(const char *program, const char *path, int status);
void crash_forget(void);

/*
 * Hand the rest of the tool's work to a child: it reads what PROGRAM wrote, and a kill by the
 * kernel, when memory is short, leaves it no last word. Returns in the child, or where there can be
 * none. The caller itself waits, says that word, and ends as the child has ended.
 */
void crash_work_apart(void);

/* End ourselves by signal `number`, without a core file. Returns only for PID 1, which no signal
 * ends. */
void end_by_signal(int number);

#endif
