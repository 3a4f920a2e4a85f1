/* SPDX-License-Identifier: MIT */
/* How a program ended, from a JSON report. */
#include "report/json/reader.h"

#include "report/words.h"

struct report_exit read_exit(struct json_reader *reader, const json_t *object)
{
	json_t *end = read_object(reader, object, "exit");
	const char *signal = read_text(reader, end, "signal");

	return (struct report_exit){ .is_known = end != NULL,
				     .is_signaled = signal != NULL,
				     .signal = signal ? words_parse_signal(signal) : 0,
				     .status = read_int(reader, end, "status", 0) };
}
