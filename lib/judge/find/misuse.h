/* SPDX-License-Identifier: MIT */
/*
 * The kinds of misuse, and their words.
 *
 * Layer: judge, inside the judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_FIND_MISUSE_H
#define UNCLOSED_JUDGE_FIND_MISUSE_H

#include "judge/find/find.h"

enum misuse {
	MISUSE_DOUBLE_CLOSE,
	MISUSE_DOUBLE_CLOSE_UNSURE, /* or of one that had the number before */
	MISUSE_EMPTY_RANGE,         /* close_range() of what was closed */
	MISUSE_BAD_CLOSE,
	MISUSE_NEGATIVE_CLOSE,
	MISUSE_BAD_USE,
	MISUSE_NEGATIVE_USE,
	MISUSE_USE,
	MISUSE_USE_UNSURE,   /* or of one that had the number before */
	MISUSE_USE_LATE,     /* certainly not the close that is to be changed */
	MISUSE_STALE_STREAM, /* fclose() of what has another owner by now */
	MISUSE_WRONG_CLOSE,
	MISUSE_ODD_CLOSE, /* a wrong close that nobody had trouble from */
	MISUSE_STREAM,    /* close() of what a FILE or DIR owns */
	MISUSE_STANDARD,
	MISUSE_OVERWRITE,
	MISUSE_COUNT
};

enum finding_type misuse_type(enum misuse misuse);

/* Do the recorded facts force it? */
bool misuse_is_proof(enum misuse misuse);

/* Title, explanation, remedy and the other stacks, from a group's first event. */
void misuse_word(struct judge *judge, struct group *group, enum misuse misuse,
		 const struct ledger_event *event);

/* Another stack for a finding of a stream: of the call that got EBADF for it. */
void misuse_word_late(struct judge *judge, struct group *group, const struct ledger_event *event);

/* closers.c */

/* Did a thread that had nothing to do with it close what got EBADF here? */
bool closed_by_wrong(struct judge *judge, const struct ledger_event *event);

/* How many from the same opener the place that closed it has closed. */
uint64_t closed_alike(struct judge *judge, const struct ledger_event *event);

/* As closed_by_wrong(), without anybody's EBADF: suspicious where the opening thread closes its
 * own. */
bool closed_oddly(struct judge *judge, const struct ledger_event *event);

#endif
