/* SPDX-License-Identifier: MIT */
/*
 * How near a process came to the number of descriptors that it may have, as a report says it
 * (model.h; the same rules hold).
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_LIMIT_H
#define UNCLOSED_MODEL_LIMIT_H

#include "base/kinds.h"
#include "model/stack.h"

/* Descriptors that one place had open. */
struct report_holder {
	uint64_t count;
	enum descriptor_kind kind;
	const char *call;  /* NULL: origin not seen */
	const char *where; /* "serve (src/server.c:41)", or NULL */
	struct report_stack stack;
};

/* A process met a mark, for the first time. */
struct report_mark {
	const char *at; /* "80%", "90%", "95%", "EMFILE", "ENFILE"; never NULL */
	uint64_t at_ns; /* since the session began */
	uint64_t limit; /* RLIMIT_NOFILE, soft; 0: not known */
	uint64_t open;
	uint64_t found; /* of them, not closed before somebody looked: what the snapshot has */
	const char *snapshot;          /* path of its snapshot, or NULL: */
	const char *why;               /* why there is none, or NULL: not known */
	struct report_holder *holders; /* most first; the largest only */
	size_t holder_count;
};

/* A place that was refused a descriptor. */
struct report_refusal {
	const char *call;  /* never NULL */
	const char *error; /* "EMFILE", "ENFILE"; never NULL */
	bool is_of_user;   /* EMFILE of another limit: the table had room */
	uint64_t count;
	uint64_t at_ns; /* the first time, since the session began */
	const char *where;
	struct report_stack stack;
};

struct report_limit {
	uint32_t process;          /* id */
	struct report_mark *marks; /* in the order they were met */
	size_t mark_count;
	struct report_refusal *refusals;
	size_t refusal_count;
};

#endif
