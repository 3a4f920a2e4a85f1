/* SPDX-License-Identifier: MIT */
/* How a program ended and how its run was judged: the words of the JSON report for both. */
#include "report/json/json.h"

#include "report/words.h"

json_t *json_exit(const struct report_exit *end)
{
	json_t *object = json_object();
	struct words words;

	if (!end->is_known)
		return object;
	json_add_text(object, "kind", end->is_signaled ? "signaled" : "exited");
	if (end->is_signaled)
		json_add_text(object, "signal", words_signal(&words, end->signal));
	else
		json_add(object, "status", json_integer(end->status));
	return object;
}

const char *const json_arguments[ARGUMENTS_COUNT] = { "full", "full", "names", "none" };

const char *const json_verdicts[VERDICT_COUNT] = {
	[VERDICT_CLEAN] = "clean", [VERDICT_LEAKS] = "leaks",   [VERDICT_ERROR] = "error",
	[VERDICT_STALE] = "stale", [VERDICT_MISUSE] = "misuse", [VERDICT_INCOMPLETE] = "incomplete"
};

const char *const json_reasons[REASON_COUNT] = {
	[REASON_CLEAN] = "clean",         [REASON_LEAKS] = "leaks",   [REASON_PROGRAM] = "program",
	[REASON_UNCOVERED] = "uncovered", [REASON_ERROR] = "error",   [REASON_STALE] = "stale",
	[REASON_LOST] = "lost",           [REASON_MISUSE] = "misuse", [REASON_RUNNING] = "running",
};
