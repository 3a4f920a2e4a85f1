/* SPDX-License-Identifier: MIT */
/*
 * The parts of the text report, in the order they are printed. Each is one
 * file; text.c puts them together.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_TEXT_TEXT_H
#define UNCLOSED_REPORT_TEXT_TEXT_H

#include "report/print.h"
#include "report/query.h"

/* A list longer than LIST_MAX shows LIST_SHOWN entries "and 96 more". */
#define LIST_MAX 6
#define LIST_SHOWN 4

/* Is there something to tell beyond the one line of a clean run? */
bool text_is_clean(const struct report *report, const struct tally *tally);

/* Is this finding shown as a group? Known ones and other kinds only when verbose. */
bool text_is_shown(const struct report *report, const struct finding *finding, bool is_verbose);

/* "unclosed: ./server (pid 4242) returned 0 after 1.2 s and left 3 sockets open" */
void text_headline(const struct printer *printer, const struct report *report,
		   const struct tally *tally);

/* "unclosed: ./server (pid 4242) has been running for 3 min 20 s: 44 of 1024 descriptors open, …"
 */
void text_live_headline(const struct printer *printer, const struct report *report,
			const struct tally *tally);

/* Who came near the limit of descriptors: a section, and is there something for it? */
void text_limits(const struct printer *printer, const struct report *report);
bool text_has_limits(const struct report *report);

/* Those that were looked at, where they are more than the first line tells of: a section. */
void text_live_processes(const struct printer *printer, const struct report *report);

/* "nothing counted, not complete: 1 of 3 processes was not covered, 2 are still running" */
void text_incomplete(const struct printer *printer, const struct report *report);

/* "no socket left open"; "no new socket …" where some are known. Only of a complete report. */
void text_all_clear(const struct printer *printer, const struct report *report,
		    const struct tally *tally);

/* "3 sockets", "5 descriptors (3 sockets, 2 files)": `kinds` has how many of each. */
void text_kinds(const struct printer *printer, const uint64_t kinds[KIND_COUNT]);

/* "4 files and 1 pipe": of the kinds in `kinds`, behind `before` if there are any. Returns their
 * sum. */
uint64_t text_left(const struct printer *printer, const char *before, uint32_t kinds,
		   const uint64_t left[KIND_COUNT]);

/* Behind what is open of kinds that nobody asked for: rules may accept it, so it may not count. */
#define TEXT_JUDGED_BY " (--kinds all judges %s)"

/*
 * What counts, as it is told of PROGRAM ("left 3 sockets open, closed 1 socket
 * twice"), or of others ("3 sockets left open, 1 socket closed twice").
 */
void text_counted(const struct printer *printer, const struct tally *tally, bool is_program);

/*
 * What does not count and is no descriptor left open, noted or known: `before`
 * and "1 socket closed twice, 2 closed under a stream". Nothing when there is none.
 */
void text_others(const struct printer *printer, const struct tally *tally, bool is_known,
		 const char *before);

/* One numbered group, with an empty line before it. */
void text_finding(const struct printer *printer, const struct report *report,
		  const struct finding *finding);

/* "in worker --fast (pid 4250, 4251), sh -c … (pid 17)", or the shards of a merged report. */
void text_finding_processes(const struct printer *printer, const struct report *report,
			    const struct finding *finding);

/* "in test chat.reconnects (tests/test_chat.c:12)": the tests it was opened in. */
void text_finding_scopes(const struct printer *printer, const struct report *report,
			 const struct finding *finding);

/* "unclosed: 3 of 50 tests left sockets open: chat.reconnects (2), …" */
void text_scopes(const struct printer *printer, const struct report *report);

/* The line or lines with addresses, states and ages; every descriptor when verbose. */
void text_descriptors(const struct printer *printer, const struct finding *finding);

/*
 * A stack: the call (may be NULL), then the functions and where they are, with
 * the source line below the first that has one when `is_source_shown`.
 */
void text_stack(const struct printer *printer, const char *call, const struct report_stack *stack,
		bool is_source_shown);

/* Of merged reports: their headline, the shards of a group, those that failed. */
void text_merged_headline(const struct printer *printer, const struct report *report,
			  const struct tally *tally);
void text_shares(const struct printer *printer, const struct report *report,
		 const struct finding *finding);
void text_failed_shards(const struct printer *printer, const struct report *report);

/* A section at the end of the report prints its title with its first line. */
struct section {
	const struct printer *printer;
	const char *title;
	bool is_begun;
};

/* What a section lists before it says "and 90 more". */
#define SECTION_MAX 10

/* Begin a line of a section. */
void section_line(struct section *section);

/*
 * "kept from start to end, one of a place: 12 epolls and 9 signalfds": what does not count and
 * was there all the time, unless everything is asked for. Is this finding in that line?
 */
bool text_is_folded(const struct printer *printer, const struct report *report,
		    const struct finding *finding);
void text_folded(struct section *section, const struct report *report);

/* The rules that suppressed something, and the baseline. */
void text_known(struct section *section, const struct report *report, const struct tally *tally);

/* What --ignore and --repeat left aside: a line each, where nothing else tells. */
void text_aside(const struct printer *printer, const struct report *report);

/* What the baseline allows and was not found: its own section. */
void text_baseline(const struct printer *printer, const struct report *report);

/* What a clean run has to say of its baseline: one line, or none. */
void text_baseline_line(const struct printer *printer, const struct report *report);

/* "Not counted", "Still running", "NOT COVERED", each only when not empty. */
void text_sections(const struct printer *printer, const struct report *report,
		   const struct tally *tally);

/* Diagnostics of at least this level, one line each. */
void text_diagnostics(const struct printer *printer, const struct report *report,
		      enum diagnostic_level least);

/* "3 leaked sockets from 2 places, 1 double close from 1 place; not counted: 2 noted". */
void text_counts(const struct printer *printer, const struct tally *tally);

/* "unclosed: exit status 23 (leaks; the program returned 0)" */
void text_status(const struct printer *printer, const struct report *report);

/* The totals and the exit status. */
void text_totals(const struct printer *printer, const struct report *report,
		 const struct tally *tally);

#endif
