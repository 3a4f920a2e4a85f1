/* SPDX-License-Identifier: MIT */
/*
 * What the first process of a session without launcher knows, and the report at its end goes
 * by: the options and the directory that it started with, and when. It is kept in this
 * process's own memory. The ledger does not have it: a child that has dropped to a lesser user
 * could change it there, and would say what the first process writes, and where.
 *
 * An image that this process executes takes it over by a variable of its environment,
 * UNCLOSED_FIRST=PID:STARTED:LENGTH:DIRECTORY:OPTIONS. It is for that process alone, which its
 * number tells: no other program that inherits the variable is the first one.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_BARE_H
#define UNCLOSED_PRELOAD_PROCESS_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* This process begins a session. `options` is the value of UNCLOSED_OPTIONS; NULL: none. */
void bare_begin(const char *options, uint64_t started_wall_ns);

/*
 * May this image be the first process of its session, by the value of UNCLOSED_FIRST?
 * NULL: no. What the value says is kept.
 */
bool bare_take_over(const char *value);

/* Bytes that bare_hand_over() writes at most; 0: this process is not the first. */
size_t bare_size(void);

/* Write the variable for the next image of this process, "UNCLOSED_FIRST=…". */
void bare_hand_over(struct text *text);

/* UNCLOSED_OPTIONS as the session began with it; NULL: it had none. */
const char *bare_options(void);

/* The working directory then; "" not known. */
const char *bare_directory(void);

/* Nanoseconds since 1970. */
uint64_t bare_started_wall_ns(void);

#endif
