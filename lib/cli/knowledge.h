/* SPDX-License-Identifier: MIT */
/*
 * What the options say is known: suppression files, the shipped one, a baseline.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_KNOWLEDGE_H
#define UNCLOSED_CLI_KNOWLEDGE_H

#include "base/options.h"
#include "findings/known.h"

/*
 * Read them all, before the program starts. `is_fresh`: a ledger is to be
 * judged, so the shipped rules apply (to a JSON report they were applied before).
 * Returns 0, or EXIT_ERROR after one line with file, line, column and what was
 * expected. To be closed either way.
 */
int knowledge_open(struct known *known, const struct options *options, bool is_fresh);

void knowledge_close(struct known *known);

#endif
