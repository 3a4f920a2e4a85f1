/* SPDX-License-Identifier: MIT */
/*
 * Names of threads, for when they have ended: a report at the end of the process
 * would have nothing but a number.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_THREADS_H
#define UNCLOSED_PRELOAD_SHIM_THREADS_H

#include <stdint.h>

/*
 * Write down what the calling thread is called now: once a thread, at its first
 * opening. One system call for the first of them; a server with a thread for each
 * connection, where it would be 2 % of the cost of one, soon has enough.
 */
void thread_name_note(uint32_t tid);

/* The string of what the thread was called that opened something at `opened_ns`; 0: not known. */
uint32_t thread_name_noted(uint32_t tid, uint64_t opened_ns);

#endif
