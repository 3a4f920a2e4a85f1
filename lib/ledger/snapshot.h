/* SPDX-License-Identifier: MIT */
/*
 * A ledger read into memory of our own, for the tool. The source may still be
 * written to, truncated, foreign or hostile: the snapshot checks what it can
 * once, and every access through ledger_at() stays inside it.
 *
 * Layer: ledger. Context: tool.
 */
#ifndef UNCLOSED_LEDGER_SNAPSHOT_H
#define UNCLOSED_LEDGER_SNAPSHOT_H

#include "ledger/access.h"
#include "ledger/ledger.h"

struct snapshot {
	struct ledger ledger; /* is_frozen: give it to the functions of ledger.h that only read */
	uint8_t *bytes;
	uint64_t size;
	uint64_t data_bytes;   /* of pages that something was stored in: what bounds the work on it */
	uint8_t *room;         /* for records of the reader's own; NULL: there is none */
	uint64_t room_size;
	const char *damage;    /* what shows that it was overwritten; NULL: nothing does, so far */
};

/*
 * Read the ledger at `path`. Returns 0; -errno when it cannot be read; or
 * -EPROTO with *ret_why: "not a ledger", "truncated (… of … bytes)",
 * "version 10, this is 9". ret_why lives in a static buffer.
 */
int snapshot_load(struct snapshot *snapshot, const char *path, const char **ret_why);

/*
 * Open the ledger at `path`, and no other file: the effective user's or root's, that nobody else
 * may write (access.h). Returns a descriptor, or as snapshot_load().
 */
int snapshot_open(const char *path, const char **ret_why);

/*
 * The same for a file that is open already, and known as `path`. Returns `fd`; or -EPROTO, and it
 * is closed.
 */
int snapshot_check(int fd, const char *path, enum ledger_maker maker, const char **ret_why);

/* As snapshot_load() from an open file, which may have no name any more. It stays the caller's. */
int snapshot_load_from(struct snapshot *snapshot, int fd, const char **ret_why);

void snapshot_unload(struct snapshot *snapshot);

/*
 * From here on, up to snapshot_freeze(), the functions of ledger.h that write may be used on it:
 * for what a reader adds that looks at a process which runs. New records lie in room of their own
 * of at most `room_bytes`; nothing reaches the file. False: no memory for it.
 */
bool snapshot_thaw(struct snapshot *snapshot, uint64_t room_bytes);
void snapshot_freeze(struct snapshot *snapshot);

/* Name of a call id in this ledger ("accept4"); NULL when it has none: COLUMN_NAME. */
const char *snapshot_call_name(struct snapshot *snapshot, unsigned int call);

/* What the ledger says of a call id; NULL when it says nothing. */
const char *snapshot_call_text(struct snapshot *snapshot, enum call_column column,
			       unsigned int call);

/* Bytes of a string record; NULL for none. Not longer than its length, ended by '\0'. */
const char *snapshot_string(struct snapshot *snapshot, uint32_t ref);

#endif
