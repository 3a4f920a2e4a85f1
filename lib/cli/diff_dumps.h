/* SPDX-License-Identifier: MIT */
/*
 * Two looks at one process: what was opened between them and is still there.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_DIFF_DUMPS_H
#define UNCLOSED_CLI_DIFF_DUMPS_H

#include "model/model.h"

/*
 * Compare two reports of processes that run, which list all of their descriptors (unclosed dump).
 * A descriptor is the same one in both by its process (pid and start), number and generation.
 * Processes that are in one of them only are told, and compared by place. Prints on stdout.
 * Returns whether some place has more open than before.
 */
bool dumps_diff(struct report *old, struct report *new);

/* Is the same open in both? */
bool dumps_are_same(struct report *old, struct report *new);

#endif
