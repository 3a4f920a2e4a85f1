/* SPDX-License-Identifier: MIT */
/*
 * What options make the processes of a session do otherwise than they would. It is told by their
 * environment, UNCLOSED_LEDGER=PATH:NUMBER, in which NUMBER is the index of an entry and these bits
 * above it. The ledger could be changed by a process that has become another user.
 *
 * Layer: base. Context: target and tool.
 */
#ifndef UNCLOSED_BASE_SETTINGS_H
#define UNCLOSED_BASE_SETTINGS_H

#include <stdint.h>

#include "base/options.h"

#define SETTINGS_SHIFT 32 /* below: the index */

#define SETTING_FAILS_TESTS 1     /* a test framework is told of what its test left open */
#define SETTING_SPREADS_NUMBERS 2 /* --spread-numbers */

static inline uint32_t settings_of(const struct options *options)
{
	return (options_fails_tests(options) ? SETTING_FAILS_TESTS : 0) |
	       (options->spreads_numbers ? SETTING_SPREADS_NUMBERS : 0);
}

static inline uint64_t settings_join(uint32_t settings, uint32_t index)
{
	return (uint64_t)settings << SETTINGS_SHIFT | index;
}

#endif
