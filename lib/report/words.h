/* SPDX-License-Identifier: MIT */
/*
 * Numbers as people read them: "1 socket", "1.2 s", "SIGTERM", "ECONNREFUSED".
 * Each writes into `words`, which it also returns.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_WORDS_H
#define UNCLOSED_REPORT_WORDS_H

#include <stdint.h>

struct words {
	char text[64];
};

/* "3 sockets", "1 file", "1 other descriptor". */
const char *words_kind(struct words *words, uint64_t count, unsigned int kind);

/* "3 places", "1 place": the plural is the word with an s, or es after s. */
const char *words_count(struct words *words, uint64_t count, const char *noun);

/* " (pid 7)" behind a name; "" where it is not known. */
const char *words_pid(struct words *words, int pid);

/* What a set of kinds is called: "socket", "sockets" when it is this one, else "descriptor". */
const char *words_noun(uint32_t kinds);
const char *words_nouns(uint32_t kinds);

/* "350 ms", "1.2 s", "3 min 20 s", "5 h 12 min", "3 d 4 h". */
const char *words_duration(struct words *words, uint64_t ns);

/* "2024-05-01T12:00:00.123456789Z" (RFC 3339) of a time since 1970; NULL for none. */
const char *words_time(struct words *words, int64_t wall_ns);

/* "SIGTERM"; "SIGRTMIN+3"; "signal 99" for what is none. */
const char *words_signal(struct words *words, int signal);

/* The number of a signal as words_signal() spells it; 0 when it is none. */
int words_parse_signal(const char *name);

/* "ECONNREFUSED"; the number when it has no name. */
const char *words_errno(struct words *words, int error);
int words_parse_errno(const char *name);

#endif
