/* SPDX-License-Identifier: MIT */
/*
 * What the next opening would overwrite, and therefore is written down when it
 * happens: misuse with its stacks, and the want of numbers. Bounded by likeness: what
 * is like an event before counts that one up.
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_EVENTS_H
#define UNCLOSED_RECORDER_EVENTS_H

#include "recorder/recorder.h"

/* What the record says of a number that a call found closed. */
enum recorded_number {
	NUMBER_NEVER,  /* no call was seen to open it, and it was not open at the start */
	NUMBER_CLOSED, /* and nothing came after */
	NUMBER_OTHER,  /* open by what we know, or being closed: says nothing */
};

/*
 * In a forked child, a number it never touched is as its parent had it. *ret_slot is
 * set for NUMBER_CLOSED.
 */
enum recorded_number recorder_number(const struct recorder *recorder, int fd,
				     struct ledger_slot **ret_slot);

/* Was the number opened at most once, of all that is recorded? Then no older variable means it. */
bool recorder_number_is_first(const struct recorder *recorder, int fd);

/* Has close() taken the number from a FILE or DIR that may still have it? And where. */
bool recorder_stream_lost(const struct recorder *recorder, int fd, uint32_t *ret_stack_ref);

/* Add what the slot knows of its latest generation, and of the close before that. */
void recorder_event_fill(struct ledger_event *event, const struct ledger_slot *slot);

/* Write an event down, as done by the thread `tid`. */
void recorder_event(const struct recorder *recorder, struct ledger_event *event, uint32_t tid);

#endif
