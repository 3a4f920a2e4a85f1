/* SPDX-License-Identifier: MIT */
/* Numbers as people read them, and the way back. */
#include "report/words.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/kinds.h"
#include "model/duration.h"

#define NS_PER_S UINT64_C(1000000000)
#define ERRNO_MAX 4095 /* the kernel's MAX_ERRNO */

/* "1 addrinfo list" */
static const char *words_memory(struct words *words, unsigned int kind)
{
	(void)snprintf(words->text, sizeof(words->text), "1 %s list", kind_name(kind));
	return words->text;
}

const char *words_kind(struct words *words, uint64_t count, unsigned int kind)
{
	const char *noun = kind_plural(kind);

	if (count == 1 && KINDS_MEMORY & KIND_BIT(kind))
		return words_memory(words, kind);
	if (count == 1)
		noun = kind == KIND_OTHER ? "other descriptor" : kind_name(kind);
	(void)snprintf(words->text, sizeof(words->text), "%" PRIu64 " %s", count, noun);
	return words->text;
}

const char *words_pid(struct words *words, int pid)
{
	words->text[0] = '\0';
	if (pid > 0)
		(void)snprintf(words->text, sizeof(words->text), " (pid %d)", pid);
	return words->text;
}

const char *words_count(struct words *words, uint64_t count, const char *noun)
{
	size_t length = strlen(noun);
	const char *ending = "";

	if (count != 1)
		ending = length > 0 && noun[length - 1] == 's' ? "es" : "s";
	(void)snprintf(words->text, sizeof(words->text), "%" PRIu64 " %s%s", count, noun, ending);
	return words->text;
}

const char *words_noun(uint32_t kinds)
{
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds == KIND_BIT(kind) && kind != KIND_OTHER)
			return kind_name(kind);
	return "descriptor";
}

const char *words_nouns(uint32_t kinds)
{
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds == KIND_BIT(kind) && kind != KIND_OTHER)
			return kind_plural(kind);
	return "descriptors";
}

const char *words_duration(struct words *words, uint64_t ns)
{
	return duration_spell(words->text, sizeof(words->text), ns);
}

const char *words_time(struct words *words, int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / (int64_t)NS_PER_S);
	char day[40];
	struct tm parts;

	if (wall_ns <= 0 || !gmtime_r(&seconds, &parts) ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return NULL;
	(void)snprintf(words->text, sizeof(words->text), "%s.%09dZ", day,
		       (int)(wall_ns % (int64_t)NS_PER_S));
	return words->text;
}

const char *words_signal(struct words *words, int signal)
{
	const char *name = sigabbrev_np(signal);

	if (name)
		(void)snprintf(words->text, sizeof(words->text), "SIG%s", name);
	else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		(void)snprintf(words->text, sizeof(words->text), "SIGRTMIN+%d", signal - SIGRTMIN);
	else
		(void)snprintf(words->text, sizeof(words->text), "signal %d", signal);
	return words->text;
}

int words_parse_signal(const char *name)
{
	struct words words;

	for (int signal = 1; signal < NSIG; signal++)
		if (strcmp(words_signal(&words, signal), name) == 0)
			return signal;
	return 0;
}

const char *words_errno(struct words *words, int error)
{
	const char *name = strerrorname_np(error);

	if (name)
		(void)snprintf(words->text, sizeof(words->text), "%s", name);
	else
		(void)snprintf(words->text, sizeof(words->text), "%d", error);
	return words->text;
}

int words_parse_errno(const char *name)
{
	for (int error = 1; error <= ERRNO_MAX; error++) {
		const char *known = strerrorname_np(error);

		if (known && strcmp(known, name) == 0)
			return error;
	}
	return (int)strtol(name, NULL, 10);
}
