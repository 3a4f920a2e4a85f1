/* SPDX-License-Identifier: MIT */
/*
 * `unclosed` as a process of this one makes it: by a clone of it, so that the program notices
 * nothing, and with the environment of the program less what would bring the tool into the session.
 *
 * Layer: preload. Context: target; async-signal-safe. Makes system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_TOOL_H
#define UNCLOSED_PRELOAD_END_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/variables.h"

#define TOOL_ENVIRONMENT_MAX 4096
#define TOOL_OPTIONS_MAX 4096 /* as bare.c keeps them */

/* Too large for a stack. */
struct tool {
	int stderr_fd; /* is its descriptor 2; -1: it has none */
	char program[300];
	char *argv[12]; /* the first is the program; the caller fills the others */
	char depth[32];
	char options[sizeof(OPTIONS_VARIABLE) + TOOL_OPTIONS_MAX];
	char *environment[TOOL_ENVIRONMENT_MAX];
};

/*
 * Find the program, and fill all but the words; `environment` is what the program has, and
 * `options` the value of UNCLOSED_OPTIONS, NULL: none. False: it is not there. `tool` is zeroed.
 */
bool tool_prepare(struct tool *tool, int stderr_fd, char **environment, const char *options);

/* In the new process: with descriptors up to `last_fd`, and no signal blocked or handled. */
__attribute__((noreturn)) void tool_exec(struct tool *tool, int last_fd);

/* A number as a word, in `buffer`, which it returns. */
char *tool_number(char *buffer, size_t size, uint64_t number);

#endif
