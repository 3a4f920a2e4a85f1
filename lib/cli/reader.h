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
 * Parse the words of such a command. False when it is over already, with *ret_status:
 * after an error, or when help was asked for.
 */
bool reader_begin(struct arguments *ret_arguments, int argc, char **argv, int *ret_status);

/*
 * Apply what the command line asks for to a report that was read from the JSON file
 * at `path`: options that leave things aside. Those of UNCLOSED_OPTIONS are not meant:
 * they were there when it was made. Returns 0, or EXIT_ERROR after one line, for an
 * option that only acts where a ledger is judged, or whose data the report has not.
 */
int reader_refine(struct report *report, const struct arguments *arguments, const char *path);

/* Judge a report that was read once more, when the command line asks for it. */
void reader_rejudge(struct report *report, struct known *known, const struct arguments *arguments);

/* The exit status for a report that was read; its program ended long ago. */
int reader_status(const struct report *report, const struct options *options);

/* Writing to a pipe that is gone, or beyond a limit, is an error like others, not our end. */
void deadly_writes_ignore(void);

#endif
