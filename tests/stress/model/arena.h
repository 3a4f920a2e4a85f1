/* SPDX-License-Identifier: MIT */
/*
 * What the processes of one model run share: the program to run, the first
 * difference found, and a lane for every process alive. It is a file mapped
 * shared, so that it outlives exec; every access to it is by raw system calls
 * and leaves no descriptor open, so that nothing of it is recorded.
 *
 * Context: the model program and its driver.
 */
#ifndef UNCLOSED_MODEL_ARENA_H
#define UNCLOSED_MODEL_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shadow.h"

#define STEPS_MAX 65536
#define LANES 24
#define CALLS_MAX 512

/* The life of one process, as its parent steers it. */
struct lane {
	_Atomic(uint32_t) is_taken;
	_Atomic(uint32_t) command; /* counts up: the parent wants the next turn done */
	_Atomic(uint32_t) done;    /* the last command that was done */
	_Atomic(uint32_t) is_last; /* the command under way is to end the process */
	uint32_t process;          /* index in the ledger */
	uint32_t left;             /* descriptors open when it ended */
	uint32_t own_left;         /* of them, opened by its last image, as far as the shim knows */
	int unseen;                /* opened behind the shim's back at the end; -1 none */
	int closed;                /* closed so; -1 none */
	uint32_t is_judged;        /* ended by itself: `process` and `left` are to be compared */
	uint32_t has_shadow;       /* an image before left its shadow below */
	struct shadow shadow;
};

struct arena {
	uint64_t seed;
	uint32_t steps;
	uint32_t threads;   /* 0: one thread and a comparison after every step */
	uint32_t is_traced; /* every step says what it does */
	_Atomic(uint32_t) has_failed;
	uint32_t failed_step; /* of the first process */
	char failure[1024];
	_Atomic(uint64_t) steps_done;
	_Atomic(uint64_t) compared; /* descriptors */
	_Atomic(uint64_t) processes;
	_Atomic(uint32_t) given_back; /* of them, those that have no entry more */
	_Atomic(uint32_t) calls[CALLS_MAX]; /* openings compared, by call id */
	uint8_t is_left_out[STEPS_MAX];     /* by the shrinker */
	_Atomic(uint32_t) trace_length;
	char trace[1 << 20];
	struct lane lanes[LANES];
};

/* Map the arena at `path`; NULL when that fails. */
struct arena *arena_map(const char *path);

/* A free lane, whose process is to wait, or -1. */
int arena_lane_take(struct arena *arena);
void arena_lane_free(struct arena *arena, int lane);

/* Keep the first failure. */
void arena_fail(struct arena *arena, uint32_t step, const char *text);

/* Add a line to the trace, when there is to be one. */
void arena_trace(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Wait until *word is no longer `value`; false after ten seconds. */
bool arena_wait(_Atomic(uint32_t) *word, uint32_t value);
void arena_wake(_Atomic(uint32_t) *word);

#endif
