/* SPDX-License-Identifier: MIT */
/*
 * The options, from the one table in options.def: command line, environment
 * keys and help all derive from it.
 *
 * Layer: base. Context: target and tool; no function here allocates. Values
 * are pointers into the text that was parsed, which must outlive the struct.
 */
#ifndef UNCLOSED_BASE_OPTIONS_H
#define UNCLOSED_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is done with a class of findings; the vocabulary of all policies. */
enum policy {
	POLICY_IGNORE, /* not shown */
	POLICY_NOTE,   /* shown, never counted */
	POLICY_PROVEN, /* counted where there is proof, else shown */
	POLICY_COUNT,  /* counted */
	POLICY_FAIL,   /* counted, and fails the run even where the gate would not */
};

enum gate { GATE_OPEN, GATE_PROVEN, GATE_NONE };
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum exit_from { EXIT_FROM_PROGRAM, EXIT_FROM_LEAKS };
enum fail_tests { FAIL_TESTS_AUTO, FAIL_TESTS_ALWAYS, FAIL_TESTS_NEVER };
enum children { CHILDREN_ALL, CHILDREN_NONE };

#define OPTIONS_LIST_MAX 32 /* words of each option that may be given again */
#define WAIT_FOREVER UINT32_MAX
#define MOST_ALL UINT32_MAX

struct options {
	bool is_off;    /* UNCLOSED_OPTIONS=off */
	uint32_t kinds; /* KIND_BIT()s */
	enum gate gate;
	const char *output; /* NULL: stderr */
	bool is_quiet;
	bool is_verbose;
	enum color_when color;
	uint32_t max_groups; /* of the text report; 0: as many as are read, MOST_ALL */
	const char *json, *sarif, *junit, *summary; /* "-": stdout */
	bool is_github;
	const char *suppressions[OPTIONS_LIST_MAX];
	uint32_t suppression_count;
	bool is_default_unsuppressed;
	enum policy unused_suppressions;
	const char *print_suppressions;
	const char *baseline;
	bool is_baseline_updated;
	enum policy stale_baseline;
	enum policy killed, misuse, gc, exec_inherited, uncovered;
	enum fail_tests fail_tests;
	uint32_t error_exitcode;
	enum exit_from exit_status;
	uint32_t wait_s; /* seconds; 0 none, WAIT_FOREVER */
	enum children children;
	const char *only[OPTIONS_LIST_MAX], *skip[OPTIONS_LIST_MAX], *tags[OPTIONS_LIST_MAX];
	uint32_t only_count, skip_count, tag_count;
	const char *ignored[OPTIONS_LIST_MAX]; /* "FIELD:GLOB" */
	uint32_t ignored_count;
	uint32_t min_count;
	uint32_t repeat; /* runs */
	uint64_t warm_up_ns, min_age_ns;
	uint32_t stack_depth;
	const char *source_paths[OPTIONS_LIST_MAX]; /* DIR or OLD=NEW */
	uint32_t source_path_count;
	const char *ledger_dir;
	const char *keep_ledger;
	bool is_debuginfod;
};

/* Built-in values. */
void options_init(struct options *options);

/*
 * Is a test framework to be told what its test left open? By default only where
 * the run has no other say about it: the framework knows no gate and no rules.
 */
bool options_fails_tests(const struct options *options);

enum option_type {
	OPTION_TYPE_KINDS,
	OPTION_TYPE_WORD,
	OPTION_TYPE_TEXT,
	OPTION_TYPE_OPTIONAL, /* TEXT; without a value "-" */
	OPTION_TYPE_FLAG,
	OPTION_TYPE_NUMBER,
	OPTION_TYPE_WAIT,
	OPTION_TYPE_DURATION, /* nanoseconds, uint64_t */
	OPTION_TYPE_MOST, /* a number, or all */
	OPTION_TYPE_LIST,
	OPTION_TYPE_ACTION, /* --help, --version: no field, no environment key */
};

/* A row of options.def. */
struct option_row {
	enum option_type type;
	char letter; /* 0: none */
	const char *name;
	const char *values; /* NULL for FLAG and ACTION */
	const char *help;
	uint32_t low, high;
	size_t offset;       /* of the field in struct options */
	size_t count_offset; /* LIST */
};

/* All rows, in the order of options.def; ended by a row without a name. */
extern const struct option_row option_rows[];

/* Row of a long name; '_' is taken for '-'. NULL when there is none. */
const struct option_row *options_find(const char *name, size_t length);

/*
 * Store a value, ended by '\0' and kept as a pointer by some types. NULL is
 * right for FLAG and OPTIONAL only. Returns 0, or -EINVAL: the options are unchanged then.
 */
int options_set(struct options *options, const struct option_row *row, const char *value);

/*
 * What options_set() would have taken ("a number from 1 to 256"), in a static
 * buffer. Context: tool.
 */
const char *options_expected(const struct option_row *row);

/* One bad word of UNCLOSED_OPTIONS, as pieces of the text that was parsed. */
struct options_error {
	const struct option_row *row; /* NULL: there is no such key */
	const char *name;             /* as written, not ended by '\0' */
	size_t name_length;
	const char *value; /* "" none */
};

/*
 * Parse the value of UNCLOSED_OPTIONS: KEY=VALUE or KEY, separated by colons,
 * values optionally in single or double quotes; the one word "off". `text` is
 * changed (words are ended in place) and must outlive the options. Bad words are
 * skipped: up to error_max of them are described. Returns the number of bad words.
 */
size_t options_parse_environment(struct options *options, char *text, struct options_error *errors,
				 size_t error_max);

#endif
