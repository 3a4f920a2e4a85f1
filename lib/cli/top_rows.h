/* SPDX-License-Identifier: MIT */
/*
 * The places of `unclosed top`: what a series of looks says of each, in an order that is asked
 * for. Nothing here prints.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_ROWS_H
#define UNCLOSED_CLI_TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

/* Looks that are remembered of a place: a minute of them, when there is one a second. */
#define TOP_HISTORY 60

/* A place of one session. */
struct top_row {
	uint64_t id;                   /* its own for as long as the rows are there; never 0 */
	char *key;                     /* session and fingerprint */
	uint64_t history[TOP_HISTORY]; /* how many were open, the oldest look first */
	size_t history_count;
	unsigned int absent; /* looks since it was seen last */
	/* Of the look before; NULL: nothing of the place is open any more. */
	const struct report *report;
	const struct finding *finding;
	uint64_t oldest_ns; /* the age of the oldest that is listed */
};

struct top_rows {
	struct top_row *list;
	size_t count, size;
	uint64_t id_last;
	struct report **reports; /* of the look before */
	size_t report_count;
};

enum top_sort { TOP_BY_GROWTH, TOP_BY_COUNT, TOP_BY_AGE };

/* "growth", "count", "age". */
const char *top_sort_name(enum top_sort sort);

/*
 * One more look: a report a session. The reports belong to `rows` from now on, with the array
 * that has them.
 */
void top_rows_add(struct top_rows *rows, struct report **reports, size_t count);
void top_rows_free(struct top_rows *rows);

/*
 * The rows that have something open and in which the filter is found, in their order, into
 * `ret_list`, which has room for rows->count. Returns how many. An empty filter takes all.
 */
size_t top_rows_select(const struct top_rows *rows, enum top_sort sort, const char *filter,
		       const struct top_row **ret_list);

/* Is the text in a function, a file, a state, an address, a name of it? In any case of letters. */
bool top_row_has(const struct top_row *row, const char *text);

/* The frame that tells people where it is; NULL: no frame has a name. */
const struct report_frame *top_row_frame(const struct top_row *row);

/* The process it is open in, of several the first; NULL: not known. */
const struct report_process *top_row_process(const struct top_row *row);

/* A state of sockets, and how many of those that are listed have it. */
struct top_state {
	const char *name;
	uint64_t count;
};

#define TOP_STATES_MAX 12

/* The states of a row, the most frequent first. Returns how many there are. */
size_t top_row_states(const struct top_row *row, struct top_state ret_states[TOP_STATES_MAX]);

/*
 * Its history as levels from 0 to 7, the latest look last: `ret_levels` has room for `width`.
 * Returns how many there are; what is longer is drawn together.
 */
size_t top_row_levels(const struct top_row *row, size_t width, unsigned char *ret_levels);

#endif
