/* SPDX-License-Identifier: MIT */
/*
 * What each type of finding means, for formats that describe their rules and
 * for readers who see nothing but the finding.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_RULES_H
#define UNCLOSED_REPORT_RULES_H

#include "model/model.h"

struct rule {
	const char *name;  /* one word, as classes are spelled */
	const char *brief; /* a sentence */
	const char *full;  /* what was seen, and how it is known */
	const char *help;  /* what to do */
	unsigned int cwe;  /* number in the Common Weakness Enumeration */
};

/* Never NULL. */
const struct rule *rule_of(enum finding_type type);

#endif
