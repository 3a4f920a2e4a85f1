/* SPDX-License-Identifier: MIT */
/*
 * The recording verbs: what is stored in a ledger of a descriptor's life, and in
 * which order. Any writer uses them: the shim for its own process (preload/record),
 * and whoever watches a process from outside.
 *
 * None of them allocates from the heap, locks, changes errno, or makes a system call
 * (but for the first touch of a page). Several threads may record at once, into one
 * table, too.
 *
 *	struct recorder recorder = { .ledger = &ledger, .process = process, … };
 *	struct origin origin = { .stack_ref = stack_ref, .tid = tid };
 *
 *	recorder_opened(&recorder, 5, &(struct opening){ call, KIND_SOCKET }, &origin);
 *	…
 *	release = recorder_release_begin(&recorder, call, 5);
 *	… the call …
 *	if (recorder_release_end(&recorder, &release, error))
 *		recorder_release_finish(&recorder, &release, error, stack_ref, tid);
 *
 * Openings are in openings.h, releases in releases.h, addresses.h, events.h and pairs.h
 * have what their names say.
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_RECORDER_H
#define UNCLOSED_RECORDER_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/ledger.h"

/* How many pairs a writer may remember (struct recorder). */
#define RECORDER_PAIRS 256

/* For whom is recorded. All but the last two members are set. */
struct recorder {
	struct ledger *ledger;
	struct ledger_process *process;
	struct ledger_table *table;
	uint32_t process_index;
	uint32_t table_ref;
	/* The first leaves of `table` as they were met: LEDGER_INDEX_DIRECT of them; NULL: look
	 * each up. */
	_Atomic(struct ledger_slot *) *leaves;
	/*
	 * Pairs met lately, RECORDER_PAIRS of them, all NULL at first; NULL: look each up. They are
	 * the ledger's and never change what they are of, so a forked child goes on with them. May
	 * be given while others record.
	 */
	_Atomic(struct ledger_pair *) *pairs;
};

/* Where something is done. */
struct origin {
	uint32_t stack_ref; /* the backtrace; 0: not known */
	uint32_t tid;       /* the thread; 0: not known */
	uint32_t scope_ref; /* the scope; 0: none */
};

/* What is written down of a new descriptor. */
struct opening {
	unsigned int call;    /* id of the call; the names of the ids are in the ledger */
	unsigned int kind;    /* enum descriptor_kind */
	uint32_t facts;       /* enum slot_facts */
	uint32_t peer_or_dup; /* number + 1 of the other end, or of what it is a duplicate of; 0:
				 none */
};

/* Slots */

/* The slot of `fd`, which is not negative, by the long way. NULL: none, or with `is_create` no
 * room. */
struct ledger_slot *recorder_slot_look_up(const struct recorder *recorder, int fd, bool is_create);

/* The slot of `fd`, which is not negative, if it was met before. The leaves never move. */
static inline struct ledger_slot *recorder_slot_met(const struct recorder *recorder, int fd)
{
	uint32_t leaf = (uint32_t)fd / LEDGER_SLOTS_PER_LEAF;
	struct ledger_slot *slots;

	if (__builtin_expect(leaf >= LEDGER_INDEX_DIRECT || !recorder->leaves, 0))
		return NULL;
	slots = atomic_load_explicit(&recorder->leaves[leaf], memory_order_acquire);
	return slots ? slots + (uint32_t)fd % LEDGER_SLOTS_PER_LEAF : NULL;
}

/* The slot of `fd`, if it has one. */
static inline struct ledger_slot *recorder_slot_find(const struct recorder *recorder, int fd)
{
	struct ledger_slot *slot = recorder_slot_met(recorder, fd);

	return __builtin_expect(slot != NULL, 1) ? slot
						 : recorder_slot_look_up(recorder, fd, false);
}

/* The slot of `fd`, made if there was none; NULL: no room. */
static inline struct ledger_slot *recorder_slot_make(const struct recorder *recorder, int fd)
{
	struct ledger_slot *slot = recorder_slot_met(recorder, fd);

	return __builtin_expect(slot != NULL, 1) ? slot : recorder_slot_look_up(recorder, fd, true);
}

/* The openers of a number overlapped: who opened it is in doubt, and the kernel settles it. */
void recorder_slot_contest(const struct recorder *recorder, struct ledger_slot *slot);

/* Was the number's mark of doubt, which is there, set lately? */
bool recorder_slot_doubted(const struct recorder *recorder, const struct ledger_slot *slot);

/* Are the openers of a number in doubt? By the time alone: the mark may just have been written
 * over. */
static inline bool recorder_slot_is_in_doubt(const struct recorder *recorder,
					     const struct ledger_slot *slot)
{
	return __builtin_expect(LEDGER_LOAD(slot->contested_ms) != 0, 0) &&
	       recorder_slot_doubted(recorder, slot);
}

/*
 * A release under way (releases.h): the number is marked before the real call, so that
 * an opening that gets the number before we are back finds it so.
 */
struct release {
	struct ledger_slot *slot; /* NULL: nothing was known of the number */
	uint64_t word;            /* the slot's as this release left it; 0: it was not open */
	uint64_t opened_ns;       /* the slot may be somebody else's once the number is free */
	uint32_t opened_stack_ref;
	unsigned int call;
	int fd;
};

#endif
