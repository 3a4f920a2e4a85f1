/* SPDX-License-Identifier: MIT */
/*
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIMIT_PATH_H
#define UNCLOSED_CLI_LIMIT_PATH_H

#include <limits.h>

#include "cli/limit_take.h"

/* The number of the process of an entry; 0: not known. */
uint32_t limit_pid(struct ledger *ledger, uint32_t index);

/*
 * The path of the snapshot of entry `index` at `mark`, from the root on: whoever reads it may be
 * elsewhere. False: it is too long.
 */
bool limit_path_make(const struct limit_taking *taking, uint32_t index, uint32_t mark,
		     char path[PATH_MAX]);

#endif
