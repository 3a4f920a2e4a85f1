/* SPDX-License-Identifier: MIT */
/*
 * A shell that libc starts: system(), popen().
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_SYSTEM_H
#define UNCLOSED_PRELOAD_CALLS_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

/* A shell that libc starts by itself (system, popen), which takes `environ`. */
struct spawn_plan {
	uint32_t index; /* announced entry + 1; 0 none */
	char **saved_environ;
	char **environment; /* ours while the call runs; NULL when `environ` was good as it is */
};

void spawn_begin_shell(struct spawn_plan *plan);
void spawn_end_shell(struct spawn_plan *plan, bool is_started);

#endif
