/* SPDX-License-Identifier: MIT */
/*
 * Runs programs under unclosed and looks into its JSON report.
 *
 * Compile definitions: UNCLOSED_PROGRAM and UNCLOSED_LIBRARY are what is
 * tested, FIXTURES is the folder of the fixtures' binaries.
 */
#ifndef UNCLOSED_TESTS_WATCH_H
#define UNCLOSED_TESTS_WATCH_H

#include <jansson.h>

#include "run.h"

#define FIXTURE(name) (FIXTURES "/" name)

/* Python where a package put it: "python3" in PATH may be a script that looks for it. */
#define PYTHON "/usr/bin/python3"

struct watched {
	struct run run;
	json_t *report; /* NULL when none was written */
};

struct watched watch_command(const struct run_options *options, const char *const argv[]);

/* WATCH("--kinds", "all", "program", …): `unclosed --json … -- that`. */
#define WATCH_WITH(options, ...)                                                                   \
	(__extension__({                                                                           \
		const struct run_options watch_options_ = options;                                 \
		watch_command(&watch_options_, RUN_ARGV(__VA_ARGS__));                             \
	}))
#define WATCH(...) WATCH_WITH((struct run_options){ 0 }, __VA_ARGS__)

/* The bare form: the program with the library preloaded, without the launcher. */
#define BARE_ENVIRONMENT RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY)
#define RUN_BARE(...)                                                                              \
	RUN_WITH(((struct run_options){ .environment = BARE_ENVIRONMENT }), __VA_ARGS__)

/* A report that is there, or the test ends. */
json_t *report_load(const char *path);

/* "findings/0/call": keys and indexes from `value`. NULL when one is missing. */
json_t *report_at(json_t *value, const char *path);

/* The same with "" and -1 for what is missing. */
const char *report_text(json_t *value, const char *path);
long long report_number(json_t *value, const char *path);

/* The function of libc that a finding is of, as libc calls it. */
const char *report_symbol(json_t *finding);

/* The first finding of this call and kind; NULL for any. NULL when there is none. */
json_t *report_finding(json_t *report, const char *call, const char *kind);

/* Descriptors of the findings of this call and kind together. */
long long report_count(json_t *report, const char *call, const char *kind);

/* The first process with this word in its argv; NULL when there is none. */
json_t *report_process(json_t *report, const char *word);

/* A line a fixture printed: "expect CALL KIND FD FILE LINE". */
struct expectation {
	char call[32], kind[16], file[256];
	int fd, line;
};

/* Take the next one from *text, moving it behind. False at the end. */
bool expectation_next(const char **text, struct expectation *ret_expectation);

/* Is the descriptor in one of the findings, opened at the place expected? Fails the test if not. */
void expectation_check(const struct expectation *expectation, json_t *report);

/* All lines of a fixture's stdout, and nothing else: the report has as many. Returns how many. */
unsigned int expectations_check(const struct watched *watched);

#endif
