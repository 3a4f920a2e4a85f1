/* SPDX-License-Identifier: MIT */
/*
 * What the options say is known: suppression files, the shipped one, a baseline.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_KNOWLEDGE_H
#define UNCLOSED_CLI_KNOWLEDGE_H

#include "base/options.h"
#include "known/known.h"

/*
 * Read all of it, before the program starts. `is_fresh`: a ledger will be judged, so the
 * shipped rules apply (to a JSON report they were applied before).
 * Returns 0, or EXIT_ERROR after one line with file, line, column and what was
 * expected. The caller closes it in both cases.
 */
int knowledge_open(struct known *known, const struct options *options, bool is_fresh);

/*
 * Write the baseline when it is to be updated. A failure is told in one line and in the
 * report's exit status. A run of which nothing was learnt leaves the old baseline.
 * What another run wrote to the file since knowledge_open() is kept.
 */
void knowledge_save(struct known *known, struct report *report);

/* Let the report fail, because it was made without what is known. A failure of PROGRAM stays. */
void knowledge_miss(struct report *report);

void knowledge_close(struct known *known);

#endif
