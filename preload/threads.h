/* SPDX-License-Identifier: MIT */
/*
 * Names of threads, for when they have ended: a report at the end of the process
 * would have nothing but a number.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_THREADS_H
#define UNCLOSED_PRELOAD_THREADS_H

#include <stdint.h>

/*
 * Write down what the calling thread is called now. Once a thread, at its first
 * opening, and not for the first thread of a process: one system call.
 */
void thread_name_note(uint32_t tid);

/* The string of what a thread was called then; 0: not known any more. */
uint32_t thread_name_noted(uint32_t tid);

#endif
