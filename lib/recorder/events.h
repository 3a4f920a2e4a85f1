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

/* Fill in what the slot knows of its latest generation. */
void recorder_event_fill(struct ledger_event *event, const struct ledger_slot *slot);

/* Write an event down, as done by the thread `tid`. */
void recorder_event(const struct recorder *recorder, struct ledger_event *event, uint32_t tid);

#endif
