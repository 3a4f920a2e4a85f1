/* SPDX-License-Identifier: MIT */
/*
 * The part of merging that is about one finding, and what all of merging uses.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_MERGE_FINDING_H
#define UNCLOSED_MODEL_MERGE_FINDING_H

#include "model/model.h"

/*
 * Append `count` entries of `size` bytes, or leave room for them (NULL): the array of
 * both, in the memory of `report`.
 */
void *array_join(struct report *report, const void *have, size_t have_count, const void *more,
		 size_t count, size_t size);

#define APPEND(report, array, array_count, more, more_count)                       \
	do {                                                                       \
		(array) = array_join(report, array, array_count, more, more_count, \
				     sizeof(*(array)));                            \
		(array_count) += (more_count);                                     \
	} while (0)

/*
 * Add `other` to `finding`, which is in `into` and has the same fingerprint. What `other`
 * refers to has the numbers of `into` already.
 */
void finding_merge(struct report *into, struct finding *finding, const struct finding *other);

#endif
