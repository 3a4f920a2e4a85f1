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
#include "findings/findings.h"

/*
 * Parse the words of such a command. False when it is over already, with *ret_status:
 * after an error, or when help was asked for.
 */
bool reader_begin(struct arguments *ret_arguments, int argc, char **argv, int *ret_status);

/* The exit status for a report that was read; its program ended long ago. */
int reader_status(const struct report *report, const struct options *options);

/* Writing to a pipe that is gone, or beyond a limit, is an error like others, not our end. */
void deadly_writes_ignore(void);

#endif
