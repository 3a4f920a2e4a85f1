/* SPDX-License-Identifier: MIT */
/*
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIMIT_HOLDERS_H
#define UNCLOSED_CLI_LIMIT_HOLDERS_H

#include "ledger/snapshot.h"

/*
 * Write the holders into `record`: the largest places of what the process of entry `index` had open
 * at the time of `limit`, and has open still. `limit` is a copy of the record, which may change.
 */
void limit_holders_write(struct snapshot *snapshot, uint32_t index,
			 const struct ledger_limit *limit, struct ledger_limit *record);

#endif
