/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target, at start.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_ADDRESS_SPACE_H
#define UNCLOSED_PRELOAD_SHIM_ADDRESS_SPACE_H

#include <stdbool.h>

/*
 * Does a limit of address space (ulimit -v) leave so little that the program
 * would miss what the ledger takes? Then it is not watched, and that is said:
 * a test that measures what a program can do with, and runs it with 1 MiB more,
 * has to have the same answer. One system call where there is no limit.
 */
bool room_is_short(void);

#endif
