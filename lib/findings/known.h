/* SPDX-License-Identifier: MIT */
/*
 * What is known and does not count: suppression rules, then a baseline. Works
 * on a finished report, from a ledger or from JSON.
 *
 * Layer: findings. Context: tool.
 */
#ifndef UNCLOSED_FINDINGS_KNOWN_H
#define UNCLOSED_FINDINGS_KNOWN_H

#include "base/options.h"
#include "findings/findings.h"
#include "findings/suppressions.h"

struct known {
	struct suppressions suppressions;
	bool asks_descriptors; /* a rule has conditions on single descriptors */
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
 * Apply rules to a report that was judged before (read from JSON): what it has
 * stays, more may become known. Sums, order, verdict and exit status follow.
 */
void report_rejudge(struct report *report, const struct known *known,
		    const struct options *options);

/* What counts first, the most numerous first, else as they are; numbers them. Cuts long lists. */
void findings_order(struct report *report);

/*
 * Say which rules are too broad, have expired or never matched. Returns whether
 * the policies make the run fail for it. A report that is not complete has not
 * shown that a rule is not needed.
 */
bool known_review(struct report *report, const struct options *options);

#endif
