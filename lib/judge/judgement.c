/* SPDX-License-Identifier: MIT */
/* What all parts of the judge spend from and write to: budgets and diagnostics. */
#include "judge/judgement.h"

bool budget_take(struct judge *judge, uint64_t *budget, uint64_t amount)
{
	if (*budget < amount) {
		judge->is_exhausted = true;
		return false;
	}
	*budget -= amount;
	return true;
}

void diagnose(struct judge *judge, enum diagnostic_level level, const char *code, const char *text,
	      int64_t process)
{
	report_diagnose(judge->report, level, code, text, process);
}
