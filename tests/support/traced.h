/* SPDX-License-Identifier: MIT */
/*
 * A program under unclosed, with all kinds, and the kernel's word beside it:
 * exit_fds (exit_fds.c) lists what each process has open at its last moment.
 * One at a time in a test.
 */
#ifndef UNCLOSED_TESTS_TRACED_H
#define UNCLOSED_TESTS_TRACED_H

#include "watch.h"

struct run_child traced_start(const struct run_options *options, const char *const argv[]);

/*
 * Wait for its end. Each process that the shim has compared with the kernel at
 * its end must have, number by number from 3 on, what the kernel says, in a
 * finding or as inherited, and nothing more. Only what it was forked with and
 * never touched need not be there. Returns the report.
 */
json_t *traced_compare(const struct run_child *child);

#endif
