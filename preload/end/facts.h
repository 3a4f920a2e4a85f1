/* SPDX-License-Identifier: MIT */
/*
 * Parts of facts.c: what the kernel knows of one descriptor that is still open.
 * None of them opens a descriptor, but for fact_info.c, in a helper process.
 *
 * Layer: preload. Context: target; async-signal-safe; end of the process only.
 */
#ifndef UNCLOSED_PRELOAD_END_FACTS_H
#define UNCLOSED_PRELOAD_END_FACTS_H

#include <sys/stat.h>

#include "ledger/ledger.h"

/* fact_socket.c: family, addresses, state, queues. `is_ours`: no other process had it first. */
void fact_read_socket(int fd, bool is_ours, struct ledger_fact *fact);

/* fact_socket.c: what poll() says without waiting. Nothing is consumed. */
void fact_read_poll(int fd, struct ledger_fact *fact);

/* fact_socket.c: the bytes in a pipe that this end could read. */
void fact_read_pipe(int fd, struct ledger_fact *fact);

/* linux/in.h; not in every libc's headers. */
#define PROTOCOL_MPTCP 262

/*
 * fact_peer.c: is the peer of a connection that got its last byte still there? The kernel tells
 * by a socket of its own, so in a helper process only.
 */
struct peer_questions {
	uint32_t for_one, for_all;
};

bool fact_needs_peer(const struct ledger_fact *fact);
void fact_read_peer(struct peer_questions *questions, struct ledger_fact *fact);

/* fact_kind.c: where /proc/self/fd/N points; "" without /proc. Returns its length. */
long fact_target(int fd, char *target, size_t size);

/*
 * fact_kind.c: what it is, by where it points ("" when that is not known), by what
 * fstat() says, and where that leaves it open by the record.
 */
unsigned int fact_kind(int fd, const struct stat *status, const char *target,
		       unsigned int recorded);

/* fact_kind.c: the same, for what no fact is kept of: one fstat(), rarely more. */
unsigned int fact_kind_find(int fd, unsigned int recorded);

/*
 * fact_kind.c: is a kind certain, as the call made it, if fstat() gives a mode that
 * fits? A socket is one by the mode alone; so is a pipe.
 */
bool fact_kind_is_plain(unsigned int recorded);
bool fact_kind_fits(unsigned int recorded, unsigned int mode);

/* fact_kind.c: what the kernel says goes into a slot of our own, unless its word has moved on. */
void slot_correct_kind(struct ledger_slot *slot, uint64_t word, unsigned int kind);

/* fact_opener.c: is the thread that opened it still there, and what is it called? */
void fact_read_opener(const struct descriptor_view *view, struct ledger_fact *fact);

/* fact_opener.c: is it a duplicate of what still has the number it was made of? */
void fact_read_original(const struct descriptor_view *view, struct ledger_fact *fact);

/* facts.c: are facts of this number due, which is open? */
bool fact_is_due(int fd);

/* fact_kind.c: does anybody ask for this kind? Of others the plainest is enough. */
bool fact_is_asked(unsigned int kind);

/* fact_kind.c: for one of a set of KIND_BIT()s? */
bool fact_is_asked_any(uint32_t kinds);

/*
 * fact_info.c: /proc/self/fdinfo of what has more to tell there, and the present
 * names of threads: for all facts of the process, by one helper process, if any.
 */
void facts_read_apart(void);

#endif
