/* SPDX-License-Identifier: MIT */
/*
 * Sums by which a reader finds that something was overwritten: a wild store of the
 * program goes into the shared mapping as well as anywhere else. They guard against
 * accidents, not against somebody who makes them right again.
 *
 * Layer: ledger. Context: target and tool; async-signal-safe. Not for a recording path.
 */
#ifndef UNCLOSED_LEDGER_SEAL_H
#define UNCLOSED_LEDGER_SEAL_H

#include "base/options.h"
#include "ledger/ledger.h"

/*
 * The fields of the header that come out of the options, and the working directory at the
 * start; then the header is sealed. By who begins the session, before anybody else reads it.
 */
void ledger_settle(struct ledger *ledger, const struct options *options, const char *cwd);

/* The sum over what never changes in a header, but for file_size: a kept copy is shorter. */
uint32_t ledger_header_sum(const struct ledger_header *header);

/* Are the same fields the same in both? */
bool ledger_header_is_same(const struct ledger_header *one, const struct ledger_header *other);

/* Over what does not change any more in an entry that has ended, with its facts. Never 0. */
uint32_t ledger_process_sum(struct ledger *ledger, const struct ledger_process *process);

/* Over its counts, its own table with all slots, and its events. Never 0. */
uint32_t ledger_table_sum(struct ledger *ledger, const struct ledger_process *process);

#define LEDGER_SUM_START UINT64_C(0x9e3779b97f4a7c15)

/* Go on with a sum by one word. */
static inline uint64_t ledger_sum_mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return sum ^ sum >> 32;
}

/* Go on with the sum of a file by the page `number` of it; pages of zeros change nothing. */
uint64_t ledger_page_sum(uint64_t sum, uint32_t number, const uint8_t *page);

/* The word for struct ledger_header, kept_sum. */
uint32_t ledger_sum_fold(uint64_t sum);

#endif
