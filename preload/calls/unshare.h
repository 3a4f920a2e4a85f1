/* SPDX-License-Identifier: MIT */
/*
 * Threads that leave the shared descriptor table.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_UNSHARE_H
#define UNCLOSED_PRELOAD_CALLS_UNSHARE_H

#include "record/record.h"

/* close_range() succeeded; with CLOSE_RANGE_UNSHARE the thread has a table of its own first. */
void close_range_done(const struct range *range, unsigned int flags);

/* This thread left the shared descriptor table (unshare, CLOSE_RANGE_UNSHARE). */
void table_unshared(void);

#endif
