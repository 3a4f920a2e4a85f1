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

#include <assert.h>
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

enum gate { GATE_OPEN, GATE_PROVEN, GATE_GROWING, GATE_NONE };
enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum exit_from { EXIT_FROM_PROGRAM, EXIT_FROM_LEAKS };
enum fail_tests { FAIL_TESTS_AUTO, FAIL_TESTS_ALWAYS, FAIL_TESTS_NEVER };
enum children { CHILDREN_ALL, CHILDREN_NONE };
enum arguments_shown {
	ARGUMENTS_AUTO,
	ARGUMENTS_FULL,
	ARGUMENTS_NAMES,
	ARGUMENTS_NONE,
	ARGUMENTS_COUNT
};

#define POLICY_WORDS "ignore|note|proven|count|fail"

#define OPTIONS_LIST_MAX 32 /* words of each option that may be given again */
#define WAIT_FOREVER UINT32_MAX
#define MOST_ALL UINT32_MAX

/* What a field of each type is. */
#define OPTION_FIELD_KINDS uint32_t /* KIND_BIT()s */
#define OPTION_FIELD_TEXT const char *
#define OPTION_FIELD_OPTIONAL const char *
#define OPTION_FIELD_FLAG bool
#define OPTION_FIELD_NUMBER uint32_t
#define OPTION_FIELD_WAIT uint32_t     /* seconds; 0 for none, WAIT_FOREVER */
#define OPTION_FIELD_DURATION uint64_t /* nanoseconds */
#define OPTION_FIELD_SIZE uint64_t     /* bytes; 0 when it was not given */
#define OPTION_FIELD_MOST uint32_t     /* 0 when it was not given, MOST_ALL */
#define OPTION_FIELD_MODE uint32_t     /* of a file; 0 when it was not given */

/*
 * The values of all options. A text that was not given is NULL; "-" stands for
 * stdout where a file is named.
 */
struct options {
	bool is_off; /* UNCLOSED_OPTIONS=off */
#define OPTION(group, class, type, letter, name, field, built_in, values, low, high, help) \
	OPTION_FIELD_##type field;
#define OPTION_WORD(group, class, letter, name, field, field_type, built_in, values, help) \
	field_type field;
#define OPTION_LIST(group, class, letter, name, field, count, values, help) \
	const char *field[OPTIONS_LIST_MAX];                                \
	uint32_t count;
#include "base/options.def"
};

/* Built-in values. */
void options_init(struct options *options);

/*
 * Is a test framework told what its test left open? By default only where no other
 * option decides about it: the framework knows no gate and no rules.
 */
bool options_fails_tests(const struct options *options);

/* Is the name of each process, one that ended clean included, asked for? */
bool options_ask_for_programs(const struct options *options);

/* And what each left open, of kinds too that do not count? */
bool options_ask_for_open(const struct options *options);

enum option_type {
	OPTION_TYPE_KINDS,
	OPTION_TYPE_WORD,
	OPTION_TYPE_TEXT,
	OPTION_TYPE_OPTIONAL, /* TEXT; without a value "-" */
	OPTION_TYPE_FLAG,
	OPTION_TYPE_NUMBER,
	OPTION_TYPE_WAIT,
	OPTION_TYPE_DURATION, /* nanoseconds, uint64_t */
	OPTION_TYPE_SIZE,     /* bytes, uint64_t; the bounds are in MiB */
	OPTION_TYPE_MOST,     /* a number, or all */
	OPTION_TYPE_MODE,     /* octal, as of chmod(1) */
	OPTION_TYPE_LIST,
	OPTION_TYPE_ACTION, /* --help, --version: no field, no environment key */
};

/* What an option means when a JSON report is read, by report, diff or merge. */
enum option_class {
	OPTION_CLASS_PLAIN,  /* nothing more than elsewhere */
	OPTION_CLASS_OUTPUT, /* asks for a report; without one, merge writes JSON to stdout */
	OPTION_CLASS_LEDGER, /* decides what a report has: an error, for the report was made */
	OPTION_CLASS_FILTER, /* leaves something aside: applied, and the report judged again */
	OPTION_CLASS_JUDGE,  /* decides what counts: the report is judged again */
};

/* Where --help and the man page list an option. */
enum option_group {
#define OPTION_GROUP(id, title) OPTION_GROUP_##id,
#include "base/options.def"
	OPTION_GROUP_COUNT
};

/* The heading of a group, such as "Reports". Context: tool. */
const char *option_group_title(enum option_group group);

/* A row of options.def. */
struct option_row {
	/* Eight bits each: the shim has the table, too, and one page for all that is relocated. */
	enum option_group group : 8;
	enum option_class class : 8;
	enum option_type type : 8;
	char letter; /* 0: no short form */
	const char *name;
	const char *values; /* NULL for FLAG and ACTION */
	const char *help;
	uint32_t low, high;
	uint16_t offset;       /* of the field in struct options */
	uint16_t count_offset; /* LIST */
};

enum {
	OPTION_COUNT = 0
#define OPTION(...) +1
#define OPTION_WORD(...) +1
#define OPTION_LIST(...) +1
#define OPTION_ACTION(...) +1
#include "base/options.def"
};

static_assert(sizeof(struct options) <= UINT16_MAX, "offsets of 16 bits");

/* All rows, in the order of options.def; ended by a row without a name. */
extern const struct option_row option_rows[OPTION_COUNT + 1];

/* Row of a long name; '_' is taken for '-'. NULL when there is no such option. */
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
	const char *value; /* "" when there is no value */
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
