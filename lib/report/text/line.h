/* SPDX-License-Identifier: MIT */
/*
 * The descriptors of a group that share one end make a line of the text report.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_TEXT_LINE_H
#define UNCLOSED_REPORT_TEXT_LINE_H

#include "report/print.h"

/* One line: those of the first `count` descriptors that share an end with `first`. */
struct line {
	const struct finding *finding;
	const struct report_descriptor *first;
	size_t count;
};

/* How the two ends of a descriptor make a line. */
struct ends {
	const char *shared; /* the end that the descriptors of a line have in common, or NULL */
	const char *own;    /* the other one, or NULL */
};

struct ends ends_of(const struct finding *finding, const struct report_descriptor *one);

/* Does this one share the end of the line? */
bool line_has(const struct line *line, const struct report_descriptor *one);

/* The next one of the line from `one` on, or NULL. */
const struct report_descriptor *line_next(const struct line *line,
					  const struct report_descriptor *one);

#define LINE_FOREACH(one, line)                                                         \
	for (const struct report_descriptor *one = line_next(line, (line)->first); one; \
	     one = line_next(line, one + 1))

/*
 * Print the shared end and the others, as "a ← b, c and 3 more". Returns false when there
 * are no addresses to print.
 */
bool line_print_ends(const struct printer *printer, const struct line *line);

#endif
