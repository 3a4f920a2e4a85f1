/* SPDX-License-Identifier: MIT */
/*
 * How much memory the tool may use. What it reads is data of others, and may be made to ask
 * for more than there is: beyond the budget less is read, which is said.
 *
 * Layer: base. Context: tool.
 */
#ifndef UNCLOSED_BASE_MEMORY_H
#define UNCLOSED_BASE_MEMORY_H

#include <stdint.h>

/*
 * The budget in bytes: what memory_limit_set() was told, else 1 GiB or a quarter of the
 * machine's memory, or of this control group's, whichever is less.
 */
uint64_t memory_limit(void);

/* --memory SIZE; 0: as if nothing was said. */
void memory_limit_set(uint64_t bytes);

#endif
