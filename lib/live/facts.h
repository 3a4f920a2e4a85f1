/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says from outside of a descriptor that is open, in the ledger's form: the same
 * facts that the shim writes at the end of a process.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_FACTS_H
#define UNCLOSED_LIVE_FACTS_H

#include "ledger/snapshot.h"
#include "live/listing.h"
#include "live/process.h"
#include "live/sockets.h"

/* Whose facts are written, and what is known of the kernel's side. */
struct live_facts {
	struct snapshot *snapshot; /* thawed */
	struct ledger_process *entry;
	const struct live_process *process;
	const struct live_listing *listing;
	const struct live_sockets *sockets; /* NULL: they cannot be had */
	uint64_t now_ns;                    /* of the session */
	uint32_t kinds; /* KIND_BIT()s that somebody asks for: those get all that can be had */
	bool is_full;   /* of each descriptor, not of so many a place */
	int pidfd;      /* -1: copies cannot be had */
	uint32_t copied, described; /* so far */
	uint32_t uncopied;          /* those that a copy would have told of, and could not be had */
	uint8_t of_place[256];
};

/* Write the fact of one that is open; `view` is its own. False: no room for more. */
bool live_fact_write(struct live_facts *facts, const struct live_descriptor *descriptor,
		     const struct descriptor_view *view);

#endif
