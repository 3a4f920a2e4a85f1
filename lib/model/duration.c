/* SPDX-License-Identifier: MIT */
/* Durations in the two largest units that they fill. */
#include "model/duration.h"

#include <inttypes.h>
#include <stdio.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

/* What is cut off behind it. */
static uint64_t unit_of(uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (ns < NS_PER_MS)
		return NS_PER_MS / 10;
	if (s < 1)
		return NS_PER_MS;
	if (s < 120)
		return NS_PER_S / 10;
	if (s < 2 * 3600)
		return NS_PER_S;
	return (s < 48 * 3600 ? 60 : 3600) * NS_PER_S;
}

const char *duration_spell(char *text, size_t size, uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (ns < NS_PER_MS)
		(void)snprintf(text, size, "0.%" PRIu64 " ms", ns / (NS_PER_MS / 10));
	else if (s < 1)
		(void)snprintf(text, size, "%" PRIu64 " ms", ns / NS_PER_MS);
	else if (s < 120)
		(void)snprintf(text, size, "%" PRIu64 ".%" PRIu64 " s", s,
			       ns % NS_PER_S / (NS_PER_S / 10));
	else if (s < 2 * 3600)
		(void)snprintf(text, size, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (s < 48 * 3600)
		(void)snprintf(text, size, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
	else
		(void)snprintf(text, size, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
	return text;
}

const char *duration_spell_up(char *text, size_t size, uint64_t ns)
{
	uint64_t unit = unit_of(ns), rest = ns % unit;

	return duration_spell(text, size, rest && ns <= UINT64_MAX - unit ? ns - rest + unit : ns);
}
