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
 * Read them all, before the program starts. `is_fresh`: a ledger is to be
 * judged, so the shipped rules apply (to a JSON report they were applied before).
 * Returns 0, or EXIT_ERROR after one line with file, line, column and what was
 * expected. To be closed either way.
 */
int knowledge_open(struct known *known, const struct options *options, bool is_fresh);

/*
 * Write the baseline when it is to be updated. What is wrong is told in one line and
 * in the report's exit status: a run of which nothing was learnt leaves the old one.
 * What another run wrote to the file since knowledge_open() is kept.
 */
void knowledge_save(struct known *known, struct report *report);

/* The report was made without what is known: not to be trusted. The program's own failure stays. */
void knowledge_miss(struct report *report);

void knowledge_close(struct known *known);

#endif
