/* SPDX-License-Identifier: MIT */
/*
 * Sentences of a report, and the evidence that they are made from.
 *
 * Layer: judge/words. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_WORDS_WORDS_H
#define UNCLOSED_JUDGE_WORDS_WORDS_H

#include "judge/descriptor/descriptor.h"
#include "judge/words/growth_rule.h"

/* addrinfo.c */

/* The words of a group of memory. */
void memory_word(struct judge *judge, struct group *group);

/* evidence.c */

/* What holds for a descriptor, by the facts recorded; sets evidence and is_proven. */
void evidence_find(struct judge *judge, struct leak *leak);

/* Take back what was proof: it did not last. */
void evidence_forget_proof(struct leak *leak);

/* Put that into the sums of its group. */
void evidence_note(struct judge *judge, struct group *group, const struct leak *leak);

/* What the kernel, the calls and the siblings say about a group. */
void group_witness(struct judge *judge, struct group *group);

/*
 * What happened, and what to do about it, by the evidence; NULL: no row knows. *ret_row is the name
 * of the row.
 */
const char *evidence_explanation(struct judge *judge, const struct group *group,
				 const char **ret_row);
const char *evidence_remedy(struct judge *judge, const struct group *group,
			    const struct report_frame **ret_frame, const char **ret_row);

/* exceptions.c */

/*
 * Did an exception leave the function that a descriptor was opened in,
 * by its thread, after the opening? Fills the clue: where it was thrown, the function.
 */
bool exception_left(struct judge *judge, const struct leak *leak, struct clue *ret_clue);

/* gc.c */

/* How it came to close what a group has. */
const char *gc_explanation(struct judge *judge, const struct group *group);

/* growth.c */

/* Note when one was opened. */
void growth_note(struct judge *judge, struct group *group, const struct leak *leak);

/* Does what is left open pile up while its processes run? Sets finding.growth, of a whole group. */
void growth_find(struct judge *judge, struct group *group);

/* Tell of it. */
void growth_witness(struct judge *judge, struct group *group);

/* remedies.c */

/* What to do, and where. */
void group_remedy(struct judge *judge, struct group *group);

/* sentences.c */

/* "drop_client (src/chat.c:58)"; NULL when it has no name. */
const char *frame_text(struct judge *judge, const struct report_frame *frame);

/* The same of stack_top(). */
const char *place_text(struct judge *judge, const struct report_stack *stack);

/* A function as one writes it in a sentence: "ns::Pool::get()"; NULL without a name. */
const char *function_text(struct judge *judge, const struct report_frame *frame);

/* "fclose()": what releases what a group has. Never NULL. */
const char *closer_text(struct judge *judge, const struct group *group);

/*
 * A sentence with its gaps filled: %c what closes such a descriptor, %f the function
 * that opened it, %F the function of the clue, %p the place of the clue, %n its number,
 * %e its errno, %t its text. NULL when one of them is not known.
 */
const char *sentence_fill(struct judge *judge, const struct group *group, const struct clue *clue,
			  const char *sentence);

/* siblings.c */

/*
 * How many from the same place were closed, by how long they lived at most, the longest first: by
 * pairs of stacks and classes of lives. `lives` has room for LIVES_MAX. Returns how many there are.
 */
#define LIVES_MAX 16
size_t siblings_lives(struct judge *judge, const struct group *group, struct growth_lives *lives);

/* How many from the same place were closed, and how many from the same line. */
void siblings_count(struct judge *judge, struct group *group);

/* Where descriptors from the same place were closed, and how many. */
void siblings_witness(struct judge *judge, struct group *group);

/* titles.c */

/* Title, explanation and remedy. */
void group_word(struct judge *judge, struct group *group);

/* "TCP", "Unix stream"; NULL when a family and type have no name of their own. */
const char *socket_noun(unsigned int family, unsigned int type, unsigned int protocol);

#endif
