/* SPDX-License-Identifier: MIT */
/*
 * Does the number of descriptors of one place grow? By one look at those that are left: when each
 * was opened is the curve of what stays. Arithmetic alone: nothing here knows of a ledger.
 *
 * Steady traffic has many open, too, at any time, and the youngest of them are always young. So
 * the youngest tenth of the run is left aside, and with it all that is no older than others of the
 * place lived. What is left must have come evenly (tests/unit/judge/growth_rule.c has the numbers).
 *
 * Layer: judge/words. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_WORDS_GROWTH_RULE_H
#define UNCLOSED_JUDGE_WORDS_GROWTH_RULE_H

#include "model/model.h"

/* Open for so long that a ledger does not know it. */
#define GROWTH_LIFE_UNKNOWN UINT64_MAX

/* Those that were closed alike: how many, and at most how long they were open. */
struct growth_lives {
	uint64_t count;
	uint64_t longest_ns;
};

struct growth_look {
	const uint64_t *opened_ns; /* of those left, since the start of the run; ascending */
	size_t count;
	uint64_t run_ns;
	const struct growth_lives *lives; /* of those closed; the longest first */
	size_t lives_count;
};

/*
 * The word, and what stands behind it: when the number began to grow and when it stopped, both
 * since the start of the run, and how many a minute. `is_over_age` and `limit_in_ns` are left 0.
 */
struct report_growth growth_rule(const struct growth_look *look);

/* Is one that is `age_ns` old far older than any of the many others that were closed? */
bool growth_is_over_age(const struct report_growth *growth, uint64_t age_ns);

#endif
