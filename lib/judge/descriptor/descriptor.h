/* SPDX-License-Identifier: MIT */
/*
 * One descriptor that was left open.
 *
 * Layer: judge/descriptor. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_DESCRIPTOR_DESCRIPTOR_H
#define UNCLOSED_JUDGE_DESCRIPTOR_DESCRIPTOR_H

#include "judge/stack/stack.h"

/* One descriptor that somebody left open. */
struct leak {
	uint32_t life;    /* in whose name */
	uint32_t process; /* id of its report_process */
	int fd;
	const struct descriptor_view *view;
	const struct ledger_fact *fact; /* NULL: the kernel was not asked */
	/* What leak_judge() found out: */
	enum descriptor_kind kind;
	unsigned int call; /* 0: not seen; from KEPT_CALLS on: libc's own */
	uint32_t stack_ref;
	uint32_t facts;    /* enum slot_facts */
	uint32_t evidence; /* bits of the rows of evidence.def */
	bool is_proven;
	uint32_t scope;   /* id; 0 none */
	bool is_harness;  /* opened by a test framework for itself */
	const char *keep; /* why the program means it to stay open, NULL */
};

/* call_names.c */

/* A function of libc by the name that sources have: "fopen" for fopen64, "read" for __read_chk. */
const char *call_spelled(struct report *report, const char *name);

/* The same for a call id; NULL when it has no name. */
const char *call_spelled_of(struct judge *judge, unsigned int call);

/* copies.c */

/* Note which child each fork made. */
void copies_read(struct judge *judge);

/* Did the first child forked since the opening, soon after it, use its copy and close it? Fills the
 * clue. */
bool copy_is_used_up(struct judge *judge, const struct leak *leak, struct clue *ret_clue);

/* descriptors.c */

/* Fill a report's entry. */
void leak_describe(struct judge *judge, const struct leak *leak,
		   struct report_descriptor *descriptor);

/* filters.c */

/* Why --warm-up or --min-age does not let it count; NULL when they do. */
const char *noise_reason(struct judge *judge, const struct leak *leak);

/* --min-count: so many of a process count here. Processes come one after the other. */
void noise_count(struct judge *judge, struct group *group, uint32_t process, uint64_t counted);

/* After the last of all groups. */
void noise_finish(struct judge *judge);

/* --ignore: list the filters among the rules of the report. */
void filters_open(struct judge *judge);

/* The first filter that names a descriptor, or NONE. */
uint32_t filter_find(struct judge *judge, const struct leak *leak);

/* One of a finding was left aside by a filter. */
void filter_note(struct judge *judge, struct finding *finding, uint32_t filter);

/* kept.c */

/*
 * The pseudo call id of the function that the C library keeps an unseen
 * descriptor for, by what it is open to; 0 when it is none of libc's.
 */
#define KEPT_CALLS 0x10000
unsigned int kept_find(struct judge *judge, const struct leak *leak);

/* The name of that function; NULL for an id of a call. */
const char *kept_opener(unsigned int kept);

/* "kept by libc: closelog() releases it" */
const char *kept_reason(struct judge *judge, unsigned int kept);

/* Title, explanation and remedy of a group of such. */
void kept_word(struct judge *judge, struct group *group);

/* origins.c */

/*
 * The slot of the number that a duplicate was made of, or that the other
 * end of a pair has. NULL: it is none, or that cannot be told. The number goes into
 * *ret_fd, and whether it still stands for the same into *ret_is_open.
 */
const struct ledger_slot *leak_original(struct judge *judge, const struct leak *leak, int *ret_fd,
					bool *ret_is_open);
const struct ledger_slot *leak_other_end(struct judge *judge, const struct leak *leak, int *ret_fd,
					 bool *ret_is_open);

/* role.c */

/* What a socket was for, by the kernel's word or by the calls made on it. */
enum finding_role leak_role(const struct leak *leak);

/* unseen.c */

/*
 * Is it a copy of what was already judged, in a relative that got it by
 * fork, too? Where the parent still has its own, the tables tell. Else nothing
 * but the kernel's inode does, and only for sockets and pipes.
 */
bool unseen_is_copy(struct judge *judge, const struct leak *leak);

/* Put what is known of when an unseen descriptor was opened into its group. */
void unseen_note(struct judge *judge, struct group *group, const struct leak *leak);
void unseen_witness(struct judge *judge, struct group *group);

/* table_depth.c */

/* How many tables a view may look through; 0 for a chain that bites its tail. */
uint32_t table_depth(struct judge *judge, uint32_t table_ref);

#endif
