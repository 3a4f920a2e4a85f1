/* SPDX-License-Identifier: MIT */
/*
 * The options that leave things aside, applied to a report that was judged before
 * and read again: on top of what was left aside then.
 *
 * Layer: known. Context: tool.
 */
#ifndef UNCLOSED_KNOWN_REFILTER_H
#define UNCLOSED_KNOWN_REFILTER_H

#include "base/options.h"
#include "model/model.h"

/*
 * Apply --only, --skip, --children, --ignore, --warm-up, --min-age and --min-count.
 * Counts of findings change; sums and verdict follow by report_recount().
 *
 * A report lists at most FINDING_DESCRIPTORS_MAX descriptors of a finding, and only
 * some processes. Where these are not enough to tell what counts, nothing is
 * guessed: returns -EINVAL and one line in *ret_why, and the report is of no use
 * any more. Else returns 0.
 */
int report_sift(struct report *report, const struct options *options, const char **ret_why);

/* refilter_programs.c: --only, --skip and --children. The same promise. */
int report_sift_programs(struct report *report, const struct options *options,
			 const char **ret_why);

#endif
