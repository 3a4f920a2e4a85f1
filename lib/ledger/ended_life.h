/* SPDX-License-Identifier: MIT */
/*
 * Of a process that is gone: its images, what it left open, and whether there is
 * anything to tell of it but counts. For who gives it back (give_back.c).
 *
 * Layer: ledger. Context: target.
 */
#ifndef UNCLOSED_LEDGER_ENDED_LIFE_H
#define UNCLOSED_LEDGER_ENDED_LIFE_H

#include "ledger/ledger.h"

/* Images that one process may have had. */
#define LIFE_IMAGES_MAX 8

struct ended_life {
	struct ledger_process *images[LIFE_IMAGES_MAX]; /* from the last to the first */
	uint32_t indices[LIFE_IMAGES_MAX];
	unsigned int count;
	uint32_t left[LIFE_IMAGES_MAX][KIND_DESCRIPTORS]; /* by the image that opened it */
	uint32_t placed[KIND_DESCRIPTORS];                /* of those, in the place of 0, 1 and 2 */
	bool may_change; /* not clean for what another process, or its end, may change */
};

/*
 * The life whose last image is `index`, the first of them being made by `parent`.
 * False: it is not over, not all of it can go, or more than counts is to be told of it.
 */
bool ended_life_is_clean(struct ledger *ledger, uint32_t index, uint32_t parent,
			 struct ended_life *ret_life);

#endif
