/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/glob.h"
#include "base/kinds.h"
#include "base/options.h"

static struct options options;
static struct options_error errors[4];

static size_t parse(const char *text)
{
	static char storage[512];

	cr_assert(strlen(text) < sizeof(storage));
	strcpy(storage, text);
	options_init(&options);
	memset(errors, 0, sizeof(errors));
	return options_parse_environment(&options, storage, errors, 4);
}

Test(options, built_in_values)
{
	options_init(&options);
	cr_expect_eq(options.kinds, KIND_BIT(KIND_SOCKET));
	cr_expect_eq(options.gate, GATE_OPEN);
	cr_expect_eq(options.killed, POLICY_PROVEN);
	cr_expect_eq(options.error_exitcode, 23);
	cr_expect_eq(options.wait_s, 5);
	cr_expect_eq(options.stack_depth, 32);
	cr_expect_null(options.output);
	cr_expect_not(options.is_off);
}

Test(options, environment_sets_every_type)
{
	cr_assert_eq(parse("kinds=socket,pipe:gate=proven:quiet:json=x.json:error-exitcode=9:"
			   "wait=forever:only=a:only=b:tag=k=v"),
		     0);
	cr_expect_eq(options.kinds, KIND_BIT(KIND_SOCKET) | KIND_BIT(KIND_PIPE));
	cr_expect_eq(options.gate, GATE_PROVEN);
	cr_expect(options.is_quiet);
	cr_expect_str_eq(options.json, "x.json");
	cr_expect_eq(options.error_exitcode, 9);
	cr_expect_eq(options.wait_s, WAIT_FOREVER);
	cr_expect_eq(options.only_count, 2);
	cr_expect_str_eq(options.only[1], "b");
	cr_expect_eq(options.tag_count, 1);
	cr_expect_str_eq(options.tags[0], "k=v");
}

Test(options, last_value_wins_and_none_is_zero)
{
	cr_assert_eq(parse("wait=7:wait=none:stack-depth=3:stack-depth=256"), 0);
	cr_expect_eq(options.wait_s, 0);
	cr_expect_eq(options.stack_depth, 256);
}

Test(options, values_may_be_quoted)
{
	cr_assert_eq(parse("output='/tmp/a:b':json=\"c:'d\":quiet"), 0);
	cr_expect_str_eq(options.output, "/tmp/a:b");
	cr_expect_str_eq(options.json, "c:'d");
	cr_expect(options.is_quiet);
}

Test(options, a_lone_quote_is_text)
{
	cr_assert_eq(parse("output='abc:quiet"), 0);
	cr_expect_str_eq(options.output, "'abc");
	cr_expect(options.is_quiet);
}

Test(options, underscores_are_dashes)
{
	cr_assert_eq(parse("stack_depth=8:exec_inherited=fail"), 0);
	cr_expect_eq(options.stack_depth, 8);
	cr_expect_eq(options.exec_inherited, POLICY_FAIL);
}

Test(options, flags_can_be_taken_back)
{
	cr_assert_eq(parse("quiet=yes:quiet=no:verbose=1"), 0);
	cr_expect_not(options.is_quiet);
	cr_expect(options.is_verbose);
}

Test(options, empty_words_are_nothing)
{
	cr_expect_eq(parse(""), 0);
	cr_expect_eq(parse("::quiet:"), 0);
	cr_expect(options.is_quiet);
}

Test(options, off_alone_switches_off)
{
	cr_expect_eq(parse("off"), 0);
	cr_expect(options.is_off);
	cr_expect_eq(parse("off:quiet"), 1);
	cr_expect_not(options.is_off);
}

Test(options, unknown_key_is_named)
{
	cr_assert_eq(parse("quiet:kinfs=all:verbose"), 1);
	cr_expect_null(errors[0].row);
	cr_expect_eq(errors[0].name_length, 5);
	cr_expect_eq(strncmp(errors[0].name, "kinfs", 5), 0);
	cr_expect(options.is_quiet && options.is_verbose, "the rest is parsed");
}

Test(options, bad_values_are_named_and_change_nothing)
{
	cr_assert_eq(parse("gate=shut:stack-depth=0:stack-depth=257:wait:kinds=socket,nonsense:"
			   "error-exitcode=-1:json=:tag=novalue"),
		     8);
	cr_expect_str_eq(errors[0].row->name, "gate");
	cr_expect_str_eq(errors[0].value, "shut");
	cr_expect_str_eq(errors[3].value, "");
	cr_expect_eq(options.gate, GATE_OPEN);
	cr_expect_eq(options.stack_depth, 32);
	cr_expect_eq(options.kinds, KIND_BIT(KIND_SOCKET));
	cr_expect_eq(options.tag_count, 0);
}

Test(options, more_errors_than_room_are_counted)
{
	cr_expect_eq(parse("a:b:c:d:e:f"), 6);
}

Test(options, actions_are_no_keys)
{
	cr_expect_eq(parse("help:version"), 2);
}

Test(options, lists_are_bounded)
{
	const struct option_row *row = options_find("skip", 4);

	options_init(&options);
	for (int i = 0; i < OPTIONS_LIST_MAX; i++)
		cr_assert_eq(options_set(&options, row, "x"), 0);
	cr_expect_eq(options_set(&options, row, "x"), -EINVAL);
	cr_expect_eq(options.skip_count, OPTIONS_LIST_MAX);
	cr_expect_eq(options.tag_count, 0);
}

Test(options, expected_says_the_limits)
{
	cr_expect_str_eq(options_expected(options_find("stack-depth", 11)),
			 "a number from 1 to 256");
	cr_expect_str_eq(options_expected(options_find("gate", 4)), "open|proven|growing|none");
}

/* The words of a row are in the order of its enum: the last one must be the enum's last. */
Test(options, words_match_the_enums)
{
	cr_assert_eq(parse("gate=none:color=never:killed=ignore:misuse=note:gc=proven:"
			   "uncovered=count:exec-inherited=fail:exit-status=leaks:children=none"),
		     0);
	cr_expect_eq(options.gate, GATE_NONE);
	cr_expect_eq(options.color, COLOR_NEVER);
	cr_expect_eq(options.killed, POLICY_IGNORE);
	cr_expect_eq(options.misuse, POLICY_NOTE);
	cr_expect_eq(options.gc, POLICY_PROVEN);
	cr_expect_eq(options.uncovered, POLICY_COUNT);
	cr_expect_eq(options.exec_inherited, POLICY_FAIL);
	cr_expect_eq(options.exit_status, EXIT_FROM_LEAKS);
	cr_expect_eq(options.children, CHILDREN_NONE);
}

Test(options, names_and_letters_are_unique)
{
	for (const struct option_row *a = option_rows; a->name; a++)
		for (const struct option_row *b = a + 1; b->name; b++) {
			cr_expect_str_neq(a->name, b->name);
			cr_expect(!a->letter || a->letter != b->letter, "-%c", a->letter);
		}
}

/* The readers take an option that asks for a report for a file name or a flag. */
Test(options, outputs_are_texts_or_flags)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		cr_expect(row->class != OPTION_CLASS_OUTPUT || row->type == OPTION_TYPE_TEXT ||
				  row->type == OPTION_TYPE_OPTIONAL ||
				  row->type == OPTION_TYPE_FLAG,
			  "--%s", row->name);
}

Test(options, durations_have_units)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = { { "min-age=5s", 5000000000 },
		     { "min-age=200ms", 200000000 },
		     { "min-age=2m", UINT64_C(120000000000) },
		     { "min-age=1h", UINT64_C(3600000000000) },
		     { "min-age=3", 3000000000 } };
	static const char *const bad[] = { "min-age=",    "min-age=s",    "min-age=5 s",
					   "min-age=-1s", "min-age=5sec", "min-age=99999999999s" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_expect_eq(parse(good[i].text), 0, "%s", good[i].text);
		cr_expect_eq(options.min_age_ns, good[i].ns, "%s", good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(parse(bad[i]), 1, "%s", bad[i]);
}

Test(options, filters_have_a_field_and_a_pattern)
{
	cr_expect_eq(parse("ignore='path:/dev/*':ignore='peer:*:53':ignore='fd:7'"), 0);
	cr_expect_eq(options.ignored_count, 3);
	cr_expect_str_eq(options.ignored[1], "peer:*:53");
	cr_expect_eq(parse("ignore=path"), 1);
	cr_expect_eq(parse("ignore='path:'"), 1);
	cr_expect_eq(parse("ignore='file:/dev/*'"), 1);
	cr_expect_eq(parse("ignore=':x'"), 1);
	cr_expect_eq(parse("ignore='pa:x'"), 1);
}

Test(glob, stars_are_any_text)
{
	static const struct {
		const char *pattern, *text;
		bool is_match;
	} cases[] = {
		{ "/dev/*", "/dev/pts/0", true },
		{ "/dev/*", "/dev", false },
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "[::1]:*", "[::1]:80", true },
		{ "*a*b", "aabab", true },
		{ "*a*b", "aaba", false },
		{ "**.log", "/x/y.log", true },
		{ "*:53", "127.0.0.1:53", true },
		{ "*:53", "127.0.0.1:5353", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(glob_matches(cases[i].pattern, cases[i].text), cases[i].is_match,
			     "%s %s", cases[i].pattern, cases[i].text);
}

Test(options, mode_of_reports)
{
	const struct option_row *row = options_find("report-mode", strlen("report-mode"));
	static const char *const wrong[] = { "",      "0",    "6",     "0777", "0066",
					     "01644", "644x", "0x644", "-644", "0200" };

	options_init(&options);
	cr_assert_not_null(row);
	cr_expect_eq(options.report_mode, 0);
	cr_expect_eq(options_set(&options, row, "0640"), 0);
	cr_expect_eq(options.report_mode, 0640);
	cr_expect_eq(options_set(&options, row, "644"), 0);
	cr_expect_eq(options.report_mode, 0644);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_lt(options_set(&options, row, wrong[i]), 0, "%s", wrong[i]);
	cr_expect_eq(options.report_mode, 0644);
}
