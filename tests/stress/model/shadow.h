/* SPDX-License-Identifier: MIT */
/*
 * The model's own idea of a descriptor table: what every number should be.
 *
 * An actor is a thread of the program. A descriptor belongs to the actor that
 * made it; only that one closes it or puts another one on its number. Without
 * threads there is one actor, and everything belongs to it.
 *
 * Context: the model program. A shadow holds no pointer that an exec makes
 * wrong but `stream` and `directory`.
 */
#ifndef UNCLOSED_MODEL_SHADOW_H
#define UNCLOSED_MODEL_SHADOW_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ledger/ledger.h"

/* The limit on numbers that the driver sets: more than the 1024 that a table finds directly. */
#define NUMBERS_MAX 2048
#define ACTORS_MAX 8
#define HERE_FRAMES 6
#define SLEEPERS_MAX 3

/* Where a call is made, by an unwinder of the model's own. */
struct here {
	uint64_t frames[HERE_FRAMES]; /* [0] the start of the calling function, then return addresses */
	uint32_t depth;
};

struct entry {
	bool is_open;
	bool is_new;         /* opened in this step: time and stack are to be taken over */
	bool has_kind;       /* compared with the kernel's word since it was opened */
	bool has_crossed_exec;
	uint8_t kind;        /* what it is */
	uint8_t kind_written; /* what the ledger can know: KIND_OTHER after recvmsg */
	uint8_t origin;      /* enum descriptor_origin */
	uint8_t actor;
	uint16_t call;       /* id in the ledger; 0 none seen */
	uint32_t owner;      /* index of the process that made it */
	uint32_t tid;
	uint32_t stack_ref;
	uint64_t opened_ns;
	struct here here; /* of a new one */
	FILE *stream;
	DIR *directory;
};

struct actor {
	uint32_t id;
	uint32_t tid;
	uint64_t random;
	uint64_t step_ns; /* when the step under way began */
	struct here here;
	uint64_t open[NUMBERS_MAX / 64]; /* numbers of this actor */
};

struct shadow {
	uint32_t lane;
	uint32_t process;  /* own index in the ledger */
	uint32_t depth;    /* forks and spawns above */
	uint64_t lineage;  /* makes the random numbers of each process differ */
	uint32_t position; /* next step */
	uint32_t steps;    /* of this turn */
	uint32_t top_step; /* the first process's step under way */
	bool is_forked_from_threads;
	int sleepers[SLEEPERS_MAX]; /* lanes of children that wait, 0 none */
	int sleeper_pids[SLEEPERS_MAX];
	uint32_t entry_limit; /* one more than the highest number ever used */
	struct entry entries[NUMBERS_MAX];
	struct actor actors[ACTORS_MAX];
};

/* An actor's next random number; below `limit`. */
uint64_t actor_random(struct actor *actor);
unsigned int actor_below(struct actor *actor, unsigned int limit);

/* Make the actor's numbers those of a step. */
void actor_seed(struct actor *actor, uint64_t seed, uint64_t lineage, uint64_t step);

/* One of the actor's open numbers, or -1. */
int shadow_pick(struct shadow *shadow, struct actor *actor);

/* How many numbers are open. */
uint32_t shadow_count(const struct shadow *shadow, const struct actor *actor);

/* `fd` is the actor's and new. The caller fills in the rest. */
struct entry *shadow_add(struct shadow *shadow, struct actor *actor, int fd);

/* `fd` is free from now on. Called before the number is released: another thread may get it. */
void shadow_remove(struct shadow *shadow, struct actor *actor, int fd);

/* Everything open was inherited: a forked child, or a spawned image. */
void shadow_inherit(struct shadow *shadow, bool has_crossed_exec);

/* Note where the calling function is; the innermost frame is that function's start. */
void here_take(struct here *ret_here) __attribute__((noinline));

#endif
