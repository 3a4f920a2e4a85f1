/* SPDX-License-Identifier: MIT */
/*
 * What a parent learns by waiting.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_WAIT_H
#define UNCLOSED_PRELOAD_CALLS_WAIT_H

#include <stdint.h>
#include <sys/types.h>

struct ledger_process;

/*
 * Around a wait and what is made of it: meanwhile nobody gives children back that seem to
 * be waited for by nobody.
 */
struct ledger_process *wait_begin(void);
void wait_end(struct ledger_process *waiting);

/* A wait function returned `pid` with `status`. */
pid_t record_waited(pid_t pid, const int *status);

/* The child that entry `index` was announced for was waited for inside libc. */
void record_waited_for(uint32_t index, int status);

#endif
