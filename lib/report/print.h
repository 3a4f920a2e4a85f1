/* SPDX-License-Identifier: MIT */
/*
 * Lines for a terminal: colour, escaping, cutting, wrapping.
 *
 * Whatever comes from the program (names, paths, source) goes through here and
 * never reaches the terminal as it is: "\x1b" is printed as these four letters. Nor does it reach a
 * CI service as a command (log_command.h).
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_PRINT_H
#define UNCLOSED_REPORT_PRINT_H

#include "report/report.h"

struct printer {
	FILE *out;
	const struct report_style *style;
	bool is_brief; /* stacks without their middle: of what does not count, beside what does */
};

enum paint { PAINT_BOLD, PAINT_DIM, PAINT_RED };

/* Between these two, the text has that look; they do not nest. Nothing without colour. */
void paint_begin(const struct printer *printer, enum paint paint);
void paint_end(const struct printer *printer);

/* Print a string, escaped; "?" for NULL. Returns the columns it took. */
size_t print_text(const struct printer *printer, const char *text);

/* What print_text() prints, where there is UTF-8; to be freed. Ends the program without memory. */
char *text_escape(const char *text);

/* The columns that print_text() would take. */
size_t text_columns(const struct printer *printer, const char *text);

/* Print a line of source: tabs become spaces, what goes beyond `max` columns is cut. */
void print_source(const struct printer *printer, const char *text, size_t max);

void print_spaces(const struct printer *printer, size_t count);

/*
 * Print "    label  text", escaped, wrapped at the style's width with the text
 * kept in its column, and end the line. Runs of spaces within a line are kept.
 */
void print_labelled(const struct printer *printer, const char *label, const char *text);

/*
 * Print lines that were printed before, escaped and without colour, wrapped at the
 * style's width; what is wrapped begins in column `indent`.
 */
void print_wrapped(const struct printer *printer, const char *text, size_t indent);

/* print_labelled() with a format. */
void print_labelled_format(const struct printer *printer, const char *label, const char *format,
			   ...) __attribute__((format(printf, 3, 4)));

/* "×", "←", "↔", "→", "…" or their ASCII forms. */
const char *sign_times(const struct printer *printer);
const char *sign_from(const struct printer *printer);
const char *sign_both(const struct printer *printer);
const char *sign_to(const struct printer *printer);
const char *sign_cut(const struct printer *printer);

#endif
