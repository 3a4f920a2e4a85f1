/* SPDX-License-Identifier: MIT */
/* "growth" of a finding, from a JSON report. */
#include "report/json/reader.h"

static double read_rate(struct json_reader *reader, const json_t *object, const char *key)
{
	json_t *value = object ? json_object_get(object, key) : NULL;

	if (!value)
		return 0;
	if (!json_is_number(value) || json_number_value(value) < 0) {
		read_fail(reader, key, "a number was expected, not negative");
		return 0;
	}
	return json_number_value(value);
}

static enum growth_word read_word(struct json_reader *reader, const json_t *object)
{
	const char *names[GROWTH_WORD_COUNT];

	for (unsigned int word = 0; word < GROWTH_WORD_COUNT; word++)
		names[word] = growth_word_name((enum growth_word)word);
	return (enum growth_word)read_enum(reader, object, "word", names, GROWTH_WORD_COUNT,
					   GROWTH_UNKNOWN);
}

void read_growth(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	json_t *growth = read_object(reader, object, "growth");

	finding->growth = (struct report_growth){
		.word = read_word(reader, growth),
		.per_minute = read_rate(reader, growth, "per_minute"),
		.since_ns = read_count(reader, growth, "since_ns", UINT64_MAX),
		.stopped_ns = read_count(reader, growth, "stopped_ns", UINT64_MAX),
		.closed = read_count(reader, growth, "closed", UINT64_MAX),
		.longest_life_ns = read_count(reader, growth, "longest_life_ns", UINT64_MAX),
		.is_over_age = read_bool(reader, growth, "over_age", false),
		.limit_in_ns = read_count(reader, growth, "limit_in_ns", UINT64_MAX),
	};
}
