/* SPDX-License-Identifier: MIT */
/*
 * The formats of a report as a table, from formats.def: which option asks for which
 * writer, and where it writes.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_FORMATS_H
#define UNCLOSED_REPORT_FORMATS_H

#include "base/options.h"
#include "report/report.h"

enum format_way { FORMAT_FILE, FORMAT_STDERR, FORMAT_LOG };

/* A row of formats.def. */
struct report_format {
	const char *option; /* without "--" */
	size_t offset;      /* of the option's field in struct options */
	enum format_way way;
	const struct report_writer *writer;
};

/* All rows, in the order of formats.def; ended by a row without a writer. */
extern const struct report_format report_formats[];

/* The file that its option names; NULL when it names none, or is a flag. */
const char *format_file(const struct report_format *format, const struct options *options);

/* Is its option given? */
bool format_is_asked(const struct report_format *format, const struct options *options);

#endif
