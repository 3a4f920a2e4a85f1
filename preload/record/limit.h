/* SPDX-License-Identifier: MIT */
/*
 * The limit of descriptors, RLIMIT_NOFILE: told while there is room left, and when a call
 * was refused for want of it. Each mark (ledger/layout.h, enum limit_mark) once a process: a
 * record in the ledger, of which a tool takes a snapshot beside the program. A forked
 * child goes on with the marks of its parent, and has met those.
 *
 * An opening pays a comparison: numbers are the lowest that are free, so one from
 * shim.alarm_fd on says how many are open. Where a number was chosen, they are counted.
 *
 * Layer: preload. Context: target; async-signal-safe; errno is kept. Makes system calls when a
 * mark is met, and none once a seccomp filter was seen.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_LIMIT_H
#define UNCLOSED_PRELOAD_RECORD_LIMIT_H

#include <sys/resource.h>
#include <sys/syscall.h>

#include "libc/real.h"
#include "shim/state.h"

/* Ask the kernel for the limit. At start, and when the process has changed it. */
void limit_ask(void);

/* A call has set a limit of this or another process. */
static inline void limit_set(int resource)
{
	if (resource == RLIMIT_NOFILE && shim_is_recording())
		limit_ask();
}

/* The same, where the system call `number` did. */
static inline void limit_set_by(long number, long a, long b)
{
	if (number == SYS_prlimit64 || number == SYS_setrlimit)
		limit_set((int)(number == SYS_prlimit64 ? b : a));
}

/* `call` opened `fd` with this backtrace, and it is shim.alarm_fd or above. Before that is
 * recorded. */
void limit_near(int fd, enum call call, uint32_t stack_ref);

/* The same of every opening. */
static inline void limit_watch(int fd, enum call call, uint32_t stack_ref)
{
	uint32_t alarm_fd = atomic_load_explicit(&shim.alarm_fd, memory_order_relaxed);

	if (__builtin_expect((uint32_t)fd >= alarm_fd, 0))
		limit_near(fd, call, stack_ref);
}

/*
 * `call` failed with `error`, EMFILE or ENFILE. Of what: EVENT_OF_SYSTEM, of the files of all
 * processes; EVENT_OF_USER, of another limit, with room in the table; 0, of this process's.
 */
uint32_t limit_refusal(enum call call, int error);

/* The same, when its event is written down: the first one is a mark. */
void limit_refused(enum call call, uint32_t refusal, uint32_t stack_ref);

#endif
