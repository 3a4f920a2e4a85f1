/* SPDX-License-Identifier: MIT */
/*
 * Runs commands for the end-to-end tests.
 *
 * A Criterion process holds descriptors of its own: a command is given 0, 1
 * and 2 only. Its output goes to files, never to pipes, so that a descendant
 * which lives on holds nothing up. Every failure of the helper itself, and
 * every timeout, ends the test with a message.
 *
 * All that a test gets from here lives until run_fini(). Not thread-safe; a
 * test is a process.
 */
#ifndef UNCLOSED_TESTS_RUN_H
#define UNCLOSED_TESTS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct run_options {
	const char *const *environment; /* "NAME=VALUE" sets, "NAME" removes; NULL-terminated */
	const char *input;              /* what stdin gives; NULL: /dev/null */
	unsigned int timeout_s;         /* 0: 60 */
	bool is_stdin_closed, is_stdout_closed, is_stderr_closed;
};

struct run {
	int status; /* as waitpid() gives it */
	char *out, *err;
	size_t out_length, err_length;
};

/* A command under way, for tests that do something to it meanwhile. */
struct run_child {
	pid_t pid; /* leader of a process group of its own */
	unsigned int timeout_s;
	char *out_path, *err_path;
};

/* For TestSuite: an empty directory of the test's own, and its removal with all else. */
void run_init(void);
void run_fini(void);

/* The path of `name` in that directory. */
const char *run_path(const char *name);

/* Text by printf's rules. */
const char *run_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keep `memory` until run_fini(), then free it. Returns memory. */
void *run_keep(void *memory);

/* The whole file with a '\0' behind it; NULL when it cannot be read. */
char *run_read(const char *path, size_t *ret_length);

struct run_child run_start(const struct run_options *options, const char *const argv[]);

/* Wait for the end; kills the whole group and fails the test when it takes too long. */
struct run run_finish(const struct run_child *child);

/* Wait until the command has printed a line with `text` on stdout. */
void run_await(const struct run_child *child, const char *text);

/* As a shell says it: the exit status, or 128 + the signal's number. */
int run_status(const struct run *run);

/* The full path of a program in PATH and the system's folders, NULL when it is not there. */
const char *run_find(const char *name);

#define RUN_ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* RUN_WITH((struct run_options){…}, "program", "argument", …) */
#define RUN_WITH(options, ...)                                                                     \
	(__extension__({                                                                           \
		const struct run_options options_ = options;                                       \
		struct run_child child_ = run_start(&options_, RUN_ARGV(__VA_ARGS__));             \
		run_finish(&child_);                                                               \
	}))
#define RUN(...) RUN_WITH((struct run_options){ 0 }, __VA_ARGS__)

#endif
