/* SPDX-License-Identifier: MIT */
/*
 * Questions that every format asks of a report: who is PROGRAM, how did it
 * end, how many of what were found.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_QUERY_H
#define UNCLOSED_REPORT_QUERY_H

#include "model/model.h"

/* The process with this id, or NULL: reports list only some processes. */
const struct report_process *query_process(const struct report *report, uint32_t id);

/*
 * PROGRAM as it ended: the last image of the first process, when it became
 * other programs by exec. NULL in a report without processes.
 */
const struct report_process *query_program(const struct report *report);

/* The scope with this id, or NULL. */
const struct report_scope *query_scope(const struct report *report, uint32_t id);

/* Was this process image PROGRAM, before or after an exec? */
bool query_is_program(const struct report *report, uint32_t id);

/* How PROGRAM ended: as the launcher saw it, else as the ledger says. */
struct report_exit query_exit(const struct report *report);

/* How often one type was found. */
struct tally_type {
	uint64_t counted;
	uint64_t places;            /* groups with something counted */
	uint64_t kinds[KIND_COUNT]; /* of `counted` */
	/* Not counted: shown, or suppressed and baselined. Without descriptors left open. */
	uint64_t noted[KIND_COUNT], known[KIND_COUNT];
};

/* Sums over the findings, so that what is printed adds up with what is shown. */
struct tally {
	struct tally_type types[FINDING_TYPE_COUNT];
	uint64_t counted, suppressed, baselined;
	uint64_t noted;                           /* that are shown */
	uint64_t noted_open;                      /* of them, descriptors that were left open */
	uint64_t noted_kinds[KIND_COUNT];         /* of those */
	uint64_t suppressed_open, baselined_open; /* descriptors that were left open */
	uint64_t known_groups; /* with nothing but suppressed and baselined ones */
};

/*
 * Is a finding of a descriptor left open? --kinds tells which of those are shown. Others are always
 * shown: misuse, and memory that was not freed.
 */
bool query_is_leak(const struct finding *finding);

/* Was it open at the end? What a garbage collector closed was not. */
bool query_is_open(const struct finding *finding);

/* Is a sentence among the evidence? Then it need not be said again as the explanation. */
bool query_is_evidence(const struct finding *finding, const char *text);

/* Add one finding to the sums; tally_make() begins with none and adds all. */
void tally_add(struct tally *tally, const struct report *report, const struct finding *finding);
void tally_make(struct tally *ret_tally, const struct report *report);

#endif
