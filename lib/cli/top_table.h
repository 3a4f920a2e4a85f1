/* SPDX-License-Identifier: MIT */
/*
 * The table of `unclosed top` as lines of text: for the screen, and for --once. And the same as
 * JSON.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_TABLE_H
#define UNCLOSED_CLI_TOP_TABLE_H

#include <jansson.h>

#include "cli/top_rows.h"
#include "report/print.h"

/* What there is room for. */
struct top_columns {
	bool has_growth, has_age, has_history, has_state;
	bool has_program; /* places of several processes: whose they are */
};

/* For a width of a terminal; 0: no limit. */
struct top_columns top_columns_fit(const struct top_rows *rows, unsigned int width);

/* Each prints one line with its end. */
void top_print_processes(const struct printer *printer, const struct top_rows *rows);
void top_print_head(const struct printer *printer, const struct top_columns *columns);
void top_print_row(const struct printer *printer, const struct top_columns *columns,
		   const struct top_row *row);

/*
 * "limit reached in 12 min at this rate: live (pid 7); 3 came or went in the look". Returns false,
 * and prints nothing, when there is nothing to say.
 */
bool top_print_outlook(const struct printer *printer, const struct top_rows *rows);

/* A look as one object, schema unclosed-top/1. A new reference. */
json_t *top_json(const struct top_rows *rows, enum top_sort sort);

#endif
