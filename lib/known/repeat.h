/* SPDX-License-Identifier: MIT */
/*
 * Several runs of the same program: what leaks every time is a leak, what does
 * now and then is not shown to be one.
 *
 * Layer: known. Context: tool.
 */
#ifndef UNCLOSED_KNOWN_REPEAT_H
#define UNCLOSED_KNOWN_REPEAT_H

#include "base/options.h"
#include "known/known.h"

/*
 * Let count in `last` only what each of the `count` earlier reports has as well,
 * by fingerprint, and only as many as the one that has least. The rest is noted,
 * and what only earlier runs left is told. Sums, order and verdict follow.
 */
void report_keep_steady(struct report *last, struct report *const *earlier, size_t count,
			struct known *known, const struct options *options);

#endif
