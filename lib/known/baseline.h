/* SPDX-License-Identifier: MIT */
/*
 * A baseline: how many of what is accepted at which place, by fingerprint. Later
 * runs fail on new places, and on more of a known one.
 *
 * Layer: known. Context: tool.
 */
#ifndef UNCLOSED_KNOWN_BASELINE_H
#define UNCLOSED_KNOWN_BASELINE_H

#include "model/model.h"

struct baseline_entry {
	const char *fingerprint; /* "place/2", or "place/1" as long as it has no other; never NULL */
	const char *first;       /* "place/1" of one that has both; NULL: not known */
	bool is_second;          /* the fingerprint is a "place/2" */
	uint64_t count;
	bool is_stable;
	/* For people only; NULL when not known: */
	const char *type, *kind, *call;
	const char *title;
	const char *where; /* "serve, main (src/chat_server.c)" */
};

struct baseline {
	struct report *storage; /* whose memory is used; NULL: an empty baseline */
	const char *file;
	struct baseline_entry *entries; /* by fingerprint */
	size_t count;
	bool is_there;   /* was read, or made */
	bool is_partial; /* made of a run that did not show everything */
};

/* Storage for entries. Ends the program when memory is short. */
void baseline_init(struct baseline *baseline);
void baseline_fini(struct baseline *baseline);

/* Put an entry in, or add its count to the one with the same fingerprint. Texts are copied. */
void baseline_add(struct baseline *baseline, const struct baseline_entry *entry);

/* The entry of a fingerprint; NULL: the place is not known. */
struct baseline_entry *baseline_find(const struct baseline *baseline, const char *fingerprint);

/* One finding of a report, with all of the others before baseline_settle(). */
void baseline_gather(struct baseline *baseline, const struct finding *finding);
void baseline_settle(struct baseline *baseline);

/* Add what counts in a report, and what its own baseline allowed. */
void baseline_collect(struct baseline *baseline, const struct report *report);

/* Do both allow the same? */
bool baseline_is_same(const struct baseline *left, const struct baseline *right);

/* Know every place by its "place/1", where that is known: those that have the same become one. */
void baseline_age(struct baseline *baseline);

/* Is there a place that has a "place/1" only? */
bool baseline_has_first(const struct baseline *baseline);

/* Keep what `old` allows beyond this one. */
void baseline_keep(struct baseline *baseline, const struct baseline *old);

/* Take what is allowed out of the counts of a report's findings, and say how each stands. */
void baseline_apply(const struct baseline *baseline, struct report *report);

/* List the places of which a report has less than is allowed, in report->baseline. */
void baseline_gone(const struct baseline *baseline, struct report *report);

#endif
