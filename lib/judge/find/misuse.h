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
	MISUSE_BAD_CLOSE,
	MISUSE_NEGATIVE_CLOSE,
	MISUSE_USE,
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

/* Another stack for a close() under a stream: of the fclose() that came too late. */
void misuse_word_late(struct judge *judge, struct group *group, const struct ledger_event *event);

/* Is the call of an event one that gives up a FILE or DIR? */
bool misuse_is_stream_release(struct judge *judge, const struct ledger_event *event);

#endif
