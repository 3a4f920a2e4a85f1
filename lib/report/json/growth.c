/* SPDX-License-Identifier: MIT */
/* "growth" of a finding: whether the number of its descriptors grows, and what speaks for it. */
#include "report/json/json.h"

void json_add_growth(json_t *object, const struct finding *finding)
{
	const struct report_growth *growth = &finding->growth;
	json_t *value = json_object();

	json_add_text(value, "word", growth_word_name(growth->word));
	if (growth->word == GROWTH_GROWING || growth->word == GROWTH_MAY_GROW)
		json_add(value, "per_minute", json_real(growth->per_minute));
	if (growth->word != GROWTH_UNKNOWN && growth->word != GROWTH_STEADY)
		json_add_number(value, "since_ns", growth->since_ns);
	if (growth->word == GROWTH_STOPPED)
		json_add_number(value, "stopped_ns", growth->stopped_ns);
	if (growth->closed)
		json_add_number(value, "closed", growth->closed);
	if (growth->longest_life_ns)
		json_add_number(value, "longest_life_ns", growth->longest_life_ns);
	json_add_true(value, "over_age", growth->is_over_age);
	if (growth->limit_in_ns)
		json_add_number(value, "limit_in_ns", growth->limit_in_ns);
	json_add(object, "growth", value);
}
