/* SPDX-License-Identifier: MIT */
/*
 * Suppression rules: what of a report is known and does not count.
 *
 *	# the listener lives as long as the server
 *	leak:^start$
 *	leak:pool_connect
 *	    address: 127.0.0.1:5432
 *	    count: 2
 *	    reason: the pool keeps two, see docs/pool.md
 *	    expires: 2027-01-31
 *
 * A rule is TYPE:PATTERN. TYPE is a type of finding; `leak` is what the program
 * never closed itself (leak, closed-by-gc), and never misuse. PATTERN is looked
 * for in the function, file and module of every frame down to the program's
 * entry, see pattern.h. Indented lines below a rule narrow it; with one of them
 * PATTERN may be empty. '#' begins a comment at the start of a line and behind a
 * blank. Blanks and CR at the end of a line do not count. lib/cli/unclosed.1
 * tells all of it.
 *
 * Layer: known. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_KNOWN_SUPPRESSIONS_H
#define UNCLOSED_KNOWN_SUPPRESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/model.h"

/* Frames that one rule can name. */
#define RULE_FRAMES_MAX 16

/* A program or library that has no rules of its own. */
#define NO_MODULE UINT32_MAX

/* One rule. Texts belong to the struct suppressions; NULL is a condition that is not there. */
struct rule {
	const char *text; /* "leak:^start$" */
	const char *source;
	unsigned int line;
	bool is_default;
	uint32_t module; /* built into this module, and only for programs that load it; or NO_MODULE
			  */

	uint32_t types;                      /* bits of enum finding_type */
	const char *pattern;                 /* "" none */
	const char *innermost;               /* the first frame, that made the call */
	const char *frames[RULE_FRAMES_MAX]; /* the innermost first, others may lie between */
	size_t frame_count;
	uint32_t kinds;                              /* KIND_BIT()s; 0: any */
	const char *call, *address, *path, *program; /* compared as a whole, '*' is any text */
	uint64_t allowed;                            /* so many of a process; 0: any number */
	const char *reason;
	const char *expires; /* "2027-01-31" */
};

struct suppressions {
	struct rule *rules;
	size_t count;
	char **texts; /* what the rules point into */
	size_t text_count;
};

/* Where and why a text is not understood. */
struct text_error {
	unsigned int line, column; /* from 1; 0: the file as a whole */
	char why[384];             /* "'race' is no type; expected leak, …": one line */
};

/*
 * Add the rules in `text` of `length` bytes, which is copied. `source` is what
 * reports call it; copied too. Returns 0, or -EPROTO with *ret_error: nothing
 * was added then.
 */
int suppressions_parse(struct suppressions *suppressions, const char *text, size_t length,
		       const char *source, struct text_error *ret_error);

/*
 * The same with a file, which may be anything that can be read to its end.
 * Returns 0, -errno when it cannot be read, or -EPROTO with *ret_error.
 */
int suppressions_load(struct suppressions *suppressions, const char *path,
		      struct text_error *ret_error);

void suppressions_fini(struct suppressions *suppressions);

/* Does the rule name this finding, as far as type, kind, call and stack tell? */
bool rule_names_finding(const struct rule *rule, const struct report *report,
			const struct finding *finding);

/* Does the rule ask for an address, a path, a program or a count, so that descriptors differ? */
bool rule_asks_descriptors(const struct rule *rule);

/* Does it name this descriptor of such a finding? */
bool rule_names_descriptor(const struct rule *rule, const struct report *report,
			   const struct report_descriptor *descriptor);

/* Was its last day before today, local time? */
bool rule_is_expired(const struct rule *rule);

/*
 * Why the rule hides more than it should: it matches everything, the entry of
 * every program, or the program itself. In static storage; NULL when it is narrow.
 * `program` is the path of PROGRAM; may be NULL.
 */
const char *rule_flaw(const struct rule *rule, const char *program);

/*
 * Write rules for all that counts or is noted in a report, ready for a file:
 * each names the call and the first functions of the program's own modules (of
 * a script's own frames, where there is one). Returns 0, or -EIO when `out` failed.
 */
int suppressions_print(FILE *out, const struct report *report);

#endif
