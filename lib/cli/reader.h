/* SPDX-License-Identifier: MIT */
/*
 * What the commands that read reports share: report, diff, merge. Nothing runs
 * there, so options may stand anywhere, and the exit status is about leaks alone.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_READER_H
#define UNCLOSED_CLI_READER_H

#include "cli/arguments.h"
#include "model/model.h"
#include "known/known.h"

/*
 * Parse the words of such a command. Returns false when the command is over, with
 * *ret_status: after an error, or after its help.
 */
bool reader_begin(struct arguments *ret_arguments, int argc, char **argv, int *ret_status);

/*
 * Apply the options of the command line that leave something aside to a report that was
 * read from the JSON file at `path`. Options of UNCLOSED_OPTIONS are not applied: they
 * held when the report was made. Returns 0, or EXIT_ERROR after one line for an option
 * that only acts where a ledger is judged, or that needs data which the report lacks.
 */
int reader_refine(struct report *report, const struct arguments *arguments, const char *path);

/* Judge a report once more when the command line has an option that asks for it. */
void reader_rejudge(struct report *report, struct known *known, const struct arguments *arguments);

/* The exit status for a report that was read; its program ended long ago. */
int reader_status(const struct report *report, const struct options *options);

/* Writing to a pipe that is gone, or beyond a limit, becomes an error and does not kill us. */
void deadly_writes_ignore(void);

#endif
