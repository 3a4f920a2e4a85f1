/* SPDX-License-Identifier: MIT */
/*
 * Descriptor 2, kept for the report of the bare form when the program closes it on
 * its way out.
 *
 * Layer: preload. Context: target; async-signal-safe. Makes system calls, none of
 * them once a seccomp filter was seen.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_STDERR_H
#define UNCLOSED_PRELOAD_RECORD_STDERR_H

/* Remember what descriptor 2 is. At start, in the bare form. */
void stderr_init(void);

/*
 * In the bare form, once the exit handlers run: before descriptor 2, between
 * `first` and `last`, is closed, keep a copy of it for the report, if it still
 * is what it was at the start. Programs such as ls close it on their way out.
 */
void stderr_guard(unsigned int first, unsigned int last);

/* Our copy of descriptor 2, or -1. */
int stderr_rescued(void);

/* The descriptor to print on: what was rescued, or 2 if it still is what it was; else -1. */
int stderr_report_fd(void);

#endif
