/* SPDX-License-Identifier: MIT */
/*
 * What of the recorded descriptors is open now: the table says what there was,
 * the kernel whether it is still there (F_GETFD, 0.26 µs each).
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_END_CENSUS_H
#define UNCLOSED_PRELOAD_END_CENSUS_H

#include "record/scopes.h"

/* One that is open. `word` is the slot's as it was then. */
struct census_entry {
	int fd;
	unsigned int kind;
	uint64_t word;
	uint32_t scope_ref;
	bool is_counted; /* its kind counts, and it is not expected to be open */
	struct ledger_slot *slot;
};

/*
 * Call `each` for all that this process opened in a scope, with
 * UNCLOSED_EVERYTHING at all, until it returns anything but 0. Returns how many.
 */
long census(uint32_t scope_ref, int (*each)(const struct census_entry *entry, void *data),
	    void *data);

/* How many of them count. */
long census_count(uint32_t scope_ref);

/* The functions of the header, while recording. */
long census_list(uint32_t scope_ref, unclosed_list_fn callback, void *data);
long census_expect_none(void);
long census_checkpoint(void);

#endif
