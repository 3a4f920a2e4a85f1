/* SPDX-License-Identifier: MIT */
/*
 * What walks through the ledger and makes findings, in the order of judge.c.
 *
 * Layer: judge/find. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_FIND_FIND_H
#define UNCLOSED_JUDGE_FIND_FIND_H

#include "judge/words/words.h"

/* group.c */

/* The group for a key; new ones are empty but for type, kind, call and place. */
struct group *group_of(struct judge *judge, enum finding_type type, enum descriptor_kind kind,
		       unsigned int call, uint32_t place);

/* Put `count` descriptors of a process into a group's sums. */
void group_count(struct judge *judge, struct group *group, enum standing standing, uint64_t count,
		 uint32_t process);

/* The next free descriptor of a group's list, or NULL: the list is full, one more is omitted. */
struct report_descriptor *group_describe(struct judge *judge, struct group *group);

/* left_open.c */

/* Walk through the tables of all lives into groups. */
void leaks_find(struct judge *judge);

/* leak.c */

/* Put a descriptor into its group, or into the sums of what does not count. */
void leak_judge(struct judge *judge, struct leak *leak);

/* gc.c */

/* Closes that Python's finaliser made. */
void gc_find(struct judge *judge);

/* What its finaliser only gave up (EVENT_LOST), and its loop closed. After gc_find(). */
void gc_lost(struct judge *judge, const struct ledger_event *event, uint32_t process);

/* events.c */

/* Misuse that was noticed on the way. */
void events_find(struct judge *judge);

/* limits.c */

/* Who came near the limit of descriptors, or was refused one: into report->limits. */
void limits_find(struct judge *judge);

/* expectations.c */

/* What was open where unclosed_expect_none() was called. */
void expectation_judge(struct judge *judge, const struct ledger_event *event,
		       const struct ledger_process *process, uint32_t id);

/* crossings.c */

/* What crossed into other programs by exec. Before the leaks: what is told here is none. */
void crossings_find(struct judge *judge);

/* Is this descriptor told as one that crossed, in place of a leak? */
bool crossing_has(struct judge *judge, int fd, const struct descriptor_view *view);

/* Is the innermost frame of a place a shell's, by its name? */
bool place_is_shell(struct judge *judge, uint32_t place);

/* addrinfo.c */

/* Memory for sockets that was not given back. */
void memory_find(struct judge *judge);

/* finish.c */

/* Put the groups into report->findings in the order they were met, with words and stacks. */
void groups_finish(struct judge *judge);

/* builtin.c */

/* Read the rules built into modules, then take out of the counts what is known. */
void known_find(struct judge *judge);

/* totals.c */

/* Session, host, sums. */
void session_describe(struct judge *judge);
void totals_count(struct judge *judge);

#endif
