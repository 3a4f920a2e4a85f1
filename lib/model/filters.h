/* SPDX-License-Identifier: MIT */
/*
 * What the options mean that leave something aside, for one descriptor or one
 * program: the same when a ledger is judged (judge/descriptor/filters.c) as for a report that was
 * judged before (known/refilter.c).
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_FILTERS_H
#define UNCLOSED_MODEL_FILTERS_H

#include "base/options.h"
#include "model/model.h"

/* What a filter of --ignore can ask for. NULL: there is none. */
struct filtered {
	const char *path, *peer, *local, *kind, *call;
	const char *symbol; /* what libc calls the call, where that is something else */
	int fd;
};

/* Does "FIELD:GLOB" name it? */
bool filter_names(const char *filter, const struct filtered *what);

/* Does it ask for what all descriptors of a finding have in common? */
bool filter_is_of_finding(const char *filter);

/*
 * Why something does not count that was opened `since_ns` after its process began
 * and `age_ns` before that ended (0: not known), in the report's memory; NULL: it does.
 */
const char *aside_by_age(struct report *report, const struct options *options, uint64_t since_ns,
			 uint64_t age_ns);

/* Why fewer than `least` of a process do not count. */
const char *aside_as_few(struct report *report, uint32_t least);

/*
 * Does a list of --only or --skip name a program? By its file, or by the name it was
 * called by: sh is a link to dash, python3 one to python3.11. Either may be NULL.
 */
bool program_is_listed(const char *const *list, uint32_t count, const char *path, const char *name);

/* Are all descriptors of a finding listed, so that each can be looked at? */
bool finding_lists_all(const struct finding *finding);

/* A descriptor that counted was opened in a scope, which is not blamed for it any more. */
void scope_forgive(struct report *report, const struct report_descriptor *descriptor);

#endif
