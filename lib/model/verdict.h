/* SPDX-License-Identifier: MIT */
/*
 * Verdict and exit status of a report whose sums are there.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_VERDICT_H
#define UNCLOSED_MODEL_VERDICT_H

#include "base/options.h"
#include "model/model.h"

/* Was the ledger that the report is of overwritten? Then it is no all-clear, and no sure finding. */
bool report_is_damaged(const struct report *report);

/*
 * Fill verdict, exit_status and exit_reason. `is_program_covered`: the last
 * image of PROGRAM was; `is_stale`: what is known is out of date, and a policy minds.
 */
void verdict_find(struct report *report, const struct options *options, bool is_program_covered,
		  bool is_stale);

#endif
