/* SPDX-License-Identifier: MIT */
/*
 * Several finished reports as one: what the shards of a CI job found, each place
 * once.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_MERGE_H
#define UNCLOSED_MODEL_MERGE_H

#include "base/options.h"
#include "model/model.h"

/*
 * Add a report to a merged one, which begins empty. `name` is what it is called when it
 * has no tags. The merged report points into `part`, which must outlive it, and
 * changes it: ids are made different. A part that is merged itself adds its shards.
 */
void report_merge(struct report *into, struct report *part, const char *name);

/* After the last one: what a merged report says as a whole, but for verdict and sums. */
void report_merge_end(struct report *into);

#endif
