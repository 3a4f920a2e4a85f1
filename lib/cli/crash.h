/* SPDX-License-Identifier: MIT */
/*
 * What is said, and what stays, when the tool itself dies by a signal, or is ended by one: a fault of ours, or of a
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
 * Before the last line of such a death, do this: give a terminal back. Async-signal-safe. NULL:
 * nothing.
 */
void crash_before_words(void (*act)(void));

/* The last line for the death by signal `number`, and _exit(). Async-signal-safe, as the next one. */
_Noreturn void crash_tell(int number);

/* The last line of a tool that somebody ended, by a signal of that name; the caller ends it. */
void crash_tell_ended(const char *signal);

#endif
