/* SPDX-License-Identifier: MIT */
/*
 * What is known and does not count: suppression rules, then a baseline. Works
 * on a finished report, from a ledger or from JSON.
 *
 * Layer: known. Context: tool.
 */
#ifndef UNCLOSED_KNOWN_KNOWN_H
#define UNCLOSED_KNOWN_KNOWN_H

#include "base/options.h"
#include "known/baseline.h"
#include "model/model.h"
#include "known/suppressions.h"

struct known {
	struct suppressions suppressions;
	bool asks_descriptors; /* a rule has conditions on single descriptors */
	struct baseline baseline;
	bool is_updating;        /* accept what counts, and let `updated` be written */
	struct baseline updated; /* made by known_accept() */
};

/*
 * Could a rule ask each descriptor of this finding for its address, path or
 * program? Then all of them must be described, not only those that are shown.
 */
bool known_asks_descriptors(const struct known *known, const struct report *report,
			    const struct finding *finding);

/* Is a module loaded where finding number `index` of the report was made? */
typedef bool module_is_there(void *data, size_t index, uint32_t module);

/*
 * Take what is known out of the counts of all findings, and list the rules in
 * the report. Rules of modules apply where `is_there` says so; NULL: nowhere.
 */
void known_apply(const struct known *known, struct report *report, module_is_there *is_there,
		 void *data);

/*
 * Take out of the counts what the baseline allows. When it is updated it becomes
 * what counts in this report; of a run that was not complete, or failed, it keeps
 * all it had, for what such a run does not show may still be there. Nothing is
 * learnt from a program that was not covered.
 */
void known_accept(struct known *known, struct report *report, bool is_program_covered);

/*
 * Room for `more` rules behind those that the report has, from a JSON report say.
 * Returns the place of the first.
 */
size_t suppressions_extend(struct report *report, size_t more);

/* One more rule took `count` of a finding. `index` is the rule's in report->suppressions. */
void finding_suppressed_by(struct report *report, struct finding *finding, uint32_t index,
			   uint64_t count);

/* The sums of a report, over its findings. */
void findings_sum(struct report *report);

/*
 * Apply rules to a report that was judged before (read from JSON): what it has
 * stays, more may become known. Sums, order, verdict and exit status follow.
 */
void report_rejudge(struct report *report, struct known *known, const struct options *options);

/* Sums, order, verdict and exit status of a report whose findings count otherwise now. */
void report_recount(struct report *report, struct known *known, const struct options *options);

/* What counts first, the most numerous first, else as they are; numbers them. Cuts long lists. */
void findings_order(struct report *report);

/*
 * Say which rules are too broad, have expired or never matched, and which places
 * of the baseline are gone. Returns whether the policies make the run fail for
 * it. A report that is not complete, or of a program that failed, has not shown
 * that something is no longer needed. `known` may be NULL.
 */
bool known_review(const struct known *known, struct report *report, const struct options *options);

#endif
