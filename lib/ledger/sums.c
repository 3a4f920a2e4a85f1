/* SPDX-License-Identifier: MIT */
/* Sums over words, over a header and over the pages of a file. */
#include <string.h>

#include "ledger/seal.h"

uint32_t ledger_sum_fold(uint64_t sum)
{
	uint32_t folded = (uint32_t)(sum ^ sum >> 32);

	return folded ? folded : 1;
}

#define HEADER_WORDS 11

static void header_words(const struct ledger_header *header, uint64_t ret_words[HEADER_WORDS])
{
	const uint64_t words[HEADER_WORDS] = {
		header->magic,
		(uint64_t)header->version << 32 | header->header_size,
		header->session_id,
		header->started_wall_ns,
		header->started_monotonic_ns,
		(uint64_t)(uint32_t)header->creator_pid << 32 | header->has_launcher,
		(uint64_t)header->stack_depth << 32 | header->kinds,
		(uint64_t)header->kinds_asked << 32 | LEDGER_LOAD(header->cwd_ref),
		(uint64_t)header->keeps_open << 32 | header->keeps_all,
		(uint64_t)header->returns_ref << 32 | header->standard_ref,
		header->spreads_numbers,
	};

	memcpy(ret_words, words, sizeof(words));
}

uint32_t ledger_header_sum(const struct ledger_header *header)
{
	uint64_t words[HEADER_WORDS], sum = LEDGER_SUM_START;

	header_words(header, words);
	for (unsigned int i = 0; i < HEADER_WORDS; i++)
		sum = ledger_sum_mix(sum, words[i]);
	return ledger_sum_fold(sum);
}

bool ledger_header_is_same(const struct ledger_header *one, const struct ledger_header *other)
{
	uint64_t words[HEADER_WORDS], others[HEADER_WORDS];

	header_words(one, words);
	header_words(other, others);
	return memcmp(words, others, sizeof(words)) == 0;
}

uint64_t ledger_page_sum(uint64_t sum, uint32_t number, const uint8_t *page)
{
	uint64_t words[8];

	sum = ledger_sum_mix(sum ? sum : LEDGER_SUM_START, number);
	for (size_t at = 0; at < LEDGER_PAGE_SIZE; at += sizeof(words)) {
		memcpy(words, page + at, sizeof(words));
		for (unsigned int i = 0; i < 8; i++)
			sum = ledger_sum_mix(sum, words[i]);
	}
	return sum;
}
