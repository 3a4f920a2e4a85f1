/* SPDX-License-Identifier: MIT */
/*
 * A look at processes that run: a snapshot of their ledger in which each of them is as if it had
 * ended now, checked against the kernel. The program is neither stopped nor asked; the ledger's
 * file is only read. Judge it with judge_context.live (judge/judge.h).
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_LOOK_H
#define UNCLOSED_LIVE_LOOK_H

#include "ledger/snapshot.h"
#include "live/process.h"

/* A process that was looked at. */
struct live_seen {
	uint32_t index; /* of its entry in the ledger */
	struct live_process process;
	uint64_t open;           /* descriptors, by the kernel's list */
	uint64_t in_flux;        /* of them, and others, that came or went during the look */
	uint64_t limit;          /* RLIMIT_NOFILE, soft; 0 not known */
	const char *sockets_why; /* why less is known of its sockets' state; NULL */
	uint32_t uncopied;       /* sockets and pipes that themselves could not be asked */
};

/* One that could not be. */
struct live_missed {
	struct live_process process;
	const char *why;
};

struct live_wish {
	int pid;        /* this process and what came from it; 0: all */
	bool is_alone;  /* without what came from it */
	uint32_t kinds; /* KIND_BIT()s that are asked for */
	bool is_full;   /* the state of each descriptor, not of 100 a place */
	uint32_t only_entry; /* index + 1 of an entry: its process alone, whatever `pid` says; 0:
				not so */
	/* Without what was opened after this time, in nanoseconds since the session began; 0: all.
	 */
	uint64_t until_ns;
	int until_fd; /* but with this number; -1: none */
};

struct live_look {
	struct snapshot snapshot;
	uint64_t at_monotonic_ns; /* CLOCK_MONOTONIC, when the kernel's lists were read */
	struct live_seen *seen;   /* by entry */
	size_t seen_count;
	struct live_missed *missed;
	size_t missed_count;
};

/*
 * Look at the processes of a session whose ledger is open as `ledger_fd`. Returns 0, also when
 * nothing could be looked at (seen_count is 0 then); -errno; -EPROTO with *ret_why for a ledger
 * that cannot be read.
 */
int live_look(struct live_look *ret_look, const struct live_session *session, int ledger_fd,
	      const struct live_wish *wish, const char **ret_why);
void live_look_free(struct live_look *look);

/* Was the process of this entry looked at? */
const struct live_seen *live_look_seen(const struct live_look *look, uint32_t index);

#endif
