/* SPDX-License-Identifier: MIT */
/*
 * The files that reports go to: their names, and whether they can be written.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_OUTPUT_FILES_H
#define UNCLOSED_CLI_OUTPUT_FILES_H

#include "base/options.h"
#include "report/report.h"

/*
 * Before the program starts: can each file be written, and does each have a
 * name of its own? Missing folders are made. Returns 0, or EXIT_ERROR after a
 * line for each that cannot.
 */
int output_files_check(const struct options *options);

/*
 * Write every file that the options ask for; `shown` is the text, `report` all else. Returns 0, or
 * EXIT_ERROR after one line for each that could not be written.
 */
int output_files_write(const struct report *report, const struct report *shown,
		       const struct options *options, const struct report_style *style);

/* Write one; `pattern` is as output_name() has it. Returns 0, or EXIT_ERROR after one line. */
int output_file_write(const char *pattern, const struct report_writer *writer,
		      const struct report *report, const struct report_style *style);

/*
 * Expand %p (pid), %e (name of the program), %t (start, seconds since 1970) and
 * %% in a file name, as core(5) has them. Other letters stay as they are. To be freed.
 */
char *output_name(const struct report *report, const char *pattern);

#endif
