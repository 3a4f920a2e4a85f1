/* SPDX-License-Identifier: MIT */
/*
 * The conditions of evidence.def: does a row hold for a descriptor? Where it does,
 * *ret_clue has what the row's sentences tell beside it. Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_WORDS_CONDITIONS_H
#define UNCLOSED_JUDGE_WORDS_CONDITIONS_H

#include "judge/words/words.h"

#define EVIDENCE(condition, ...) \
	bool condition(struct judge *judge, const struct leak *leak, struct clue *ret_clue);
#include "judge/words/evidence.def"
#undef EVIDENCE

#endif
