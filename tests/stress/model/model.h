/* SPDX-License-Identifier: MIT */
/*
 * The model program: random operations on descriptors under the shim, and after
 * each the ledger's view compared with the kernel and with the model's shadow.
 *
 * Everything is made from the seed: step N of a process draws its random
 * numbers from (seed, lineage of the process, N), so a step does the same kind
 * of thing whether or not others before it are left out.
 *
 * Context: the model program.
 */
#ifndef UNCLOSED_MODEL_MODEL_H
#define UNCLOSED_MODEL_MODEL_H

#include "arena.h"

enum model_call {
	CALL_none,
#define CALL(name, ...) CALL_##name,
#define CALL_NUMBER(name, ...) CALL_##name,
#include "libc/calls.def"
#undef CALL
	CALL_COUNT
};

struct model {
	struct arena *arena;
	struct shadow *shadow;
	char *arena_path;
	char *program;
	bool is_threaded; /* threads are at work now: only what an actor can do beside others */
	struct ledger ledger; /* the session's, mapped by ledger_attach() */
};

extern struct model model;

/* Say what a step does, for the shrunk program that is printed. */
#define TRACE(format, ...)                                                                         \
	arena_trace(model.arena, "%*s[%u] " format "\n", (int)model.shadow->depth * 4, "",         \
		    model.shadow->process, ##__VA_ARGS__)

/* Comparison (compare.c) */

/* Report a difference; it ends the run. */
void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool model_has_failed(void);

/* What is open now was so from the start. */
void compare_begin(void);

/* Compare the whole table; with `only`, the numbers of one actor, others being at work. */
void compare_table(struct actor *only);

/* The entry of a process that ended by itself, compared with what it said last. */
void compare_ended(const struct lane *lane, int wait_status);

/* The process's own index, found by its pid. */
uint32_t process_find(void);

/* Operations: each does one thing to the table of descriptors, and notes it in the shadow. */

typedef void operation(struct actor *actor);

/* openers.c */
operation operate_open;

/* New descriptors into the shadow; nothing happens for a failed call. */
struct entry *note_opened(struct actor *actor, int fd, enum model_call call, unsigned int kind);
struct entry *note_duplicate(struct actor *actor, enum model_call call, int from, int fd);

/* releases.c */
operation operate_close, operate_close_range, operate_closefrom, operate_fail;

/* duplicates.c */
operation operate_duplicate, operate_duplicate_onto;

/* messages.c */
operation operate_pass, operate_connect;

/* streams.c */
operation operate_stream;

/* lives.c */
operation operate_fork, operate_vfork, operate_wake;

/* Forks and spawns above one another. */
#define DEPTH_MAX 3
#define CHILD_STEPS 8 /* fewer than that in a turn of a child */

struct lane *lane_of(uint32_t number);

/* Let a child do its turn; with is_last it ends, and is compared. */
void child_turn(int number, int pid, bool is_last);

/* Let the waiting children end, one after the other. */
void sleepers_dismiss(void);

/* The rest of this process's life. Does not return. */
void life_run(void) __attribute__((noreturn));

/* images.c */
operation operate_exec, operate_spawn, operate_command;

/* signals.c */
operation operate_signal;
void signals_install(void);

/* The signal that comes at any moment. An exec must not meet it. */
void timer_set(bool is_on);

/* steps.c */

/* Do the steps from the shadow's position on, comparing after each. */
void steps_run(void);

/* Make the shadow that of a forked child of this lane, about to do `steps` steps. */
void child_become(int lane, uint64_t lineage, uint32_t steps, struct actor *actor);

/* One step by an actor beside others. */
void step_beside(struct actor *actor, uint64_t step);

/* threads.c: the whole life of a process with threads. */
void threads_run(void);

#endif
