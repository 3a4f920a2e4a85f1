/* SPDX-License-Identifier: MIT */
/*
 * What the shim's parts find around them in these tests: one loaded object or
 * none, and a process that may call the kernel.
 */
#ifndef UNCLOSED_TESTS_WORLD_H
#define UNCLOSED_TESTS_WORLD_H

#include "ledger/ledger.h"
#include "section.h"
#include "process/target.h"

/* The object that objects_find() knows: its bounds, and where its .eh_frame_hdr is; NULL: none. */
struct world {
	const uint8_t *start, *end;
	uint8_t *header;
	struct target target; /* what target_look() answers */
	struct ledger_process process;
};

extern struct world world;

/* The object is this section; with NULL there is none. The process may do all. */
void world_init(const struct section *section);

#endif
