/* SPDX-License-Identifier: MIT */
/*
 * Judging processes that run (lib/live): each is as if it had ended now, and nothing of it is
 * called "never closed". What may be a leak is told by proof that lasts, and by growth.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_LIVE_H
#define UNCLOSED_JUDGE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct judge;
struct leak;
struct life;
struct symbolizer;

/* A process that was looked at: what the look knows beside the ledger. */
struct judge_seen {
	uint32_t index;                /* of its entry */
	int pid;                       /* as /proc has it here */
	uint64_t started_ticks;        /* since boot: with the pid it is one process */
	uint64_t open, in_flux, limit; /* as struct report_process has them */
};

/* A descriptor for which there was proof. */
struct judge_proof {
	uint32_t index; /* of its process's entry */
	int fd;
	uint32_t generation;
	uint32_t unread; /* bytes: where they become less, somebody reads on */
};

/*
 * A server closes a connection some milliseconds after its peer: only what is proven in two looks,
 * some time apart, is proof.
 */
struct judge_live {
	const struct judge_seen *seen; /* by entry */
	size_t seen_count;
	const struct judge_proof *earlier; /* of the look before; NULL: there was none */
	size_t earlier_count;
	size_t earlier_next; /* where the next one is looked for first: they come in one order */
	struct judge_proof *proofs; /* of this look; malloc()ed, the caller frees it */
	size_t proof_count;
	/* Kept from look to look, with what it has read; NULL: one for this look alone. */
	struct symbolizer *symbolizer;
};

/* What the look knows of a process entry; NULL: it was not looked at, or nobody looks. */
const struct judge_seen *judge_seen_of(const struct judge *judge, uint32_t index);

/* Note a proof, and forget it where the look before did not have it. */
void live_proof_weigh(struct judge *judge, struct leak *leak);

#endif
