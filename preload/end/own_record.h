/* SPDX-License-Identifier: MIT */
/*
 * A wild store of the program may hit the ledger, and the record of this process in it. At the
 * end it is compared with what the process knows by itself, and sealed.
 *
 * Layer: preload. Context: target; async-signal-safe: reads and writes memory only.
 */
#ifndef UNCLOSED_PRELOAD_END_OWN_RECORD_H
#define UNCLOSED_PRELOAD_END_OWN_RECORD_H

#include <stdbool.h>

/*
 * Is the record of this process as it was written, as far as that can be known? False: it is
 * not; what leads to its slots has been put right.
 */
bool own_record_check(void);

/*
 * Write the sums of what is final (ledger/seal.h). With other threads, which may go on until
 * the process is gone, the table is not.
 */
void own_record_seal(bool has_other_threads);

#endif
