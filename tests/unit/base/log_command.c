/* SPDX-License-Identifier: MIT */
/* Which places of a text a CI service would take for the beginning of a command. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/log_command.h"

/* The first place, or -1. */
static int place_of(const char *text)
{
	for (const char *at = text; *at; at++)
		if (log_command_begins(text, at))
			return (int)(at - text);
	return -1;
}

Test(log_command, begins_at_the_start_of_a_line)
{
	cr_expect_eq(place_of("::error::x"), 0);
	cr_expect_eq(place_of("::set-output name=x::y"), 0);
	cr_expect_eq(place_of("  ::error file=a::x"), 2);
	cr_expect_eq(place_of("a\n::error::x"), 2);
	cr_expect_eq(place_of("a ::error::x"), 2);
	cr_expect_eq(place_of("\xc2\xa0::error::x"), 2, "a blank of another kind");
	cr_expect_eq(place_of("\xe2\x80\xa8::error::x"), 3);
	cr_expect_eq(place_of("::error"), 0, "what follows it may have the rest");
}

Test(log_command, begins_at_a_bracket)
{
	cr_expect_eq(place_of("##[error]x"), 0);
	cr_expect_eq(place_of("a##[error]x"), 1);
	cr_expect_eq(place_of("##vso[task]x"), 0);
	cr_expect_eq(place_of("x ##teamcity[a]"), 2);
	cr_expect_eq(place_of("###[x]"), 1);
	cr_expect_eq(place_of("a##"), 1, "what follows it may have the rest");
	cr_expect_eq(place_of("##vso"), 0);
}

Test(log_command, is_not_in_names_and_addresses)
{
	static const char *const texts[] = { "std::error::code",
					     "\xe2\x80\xa6::error::x", /* what we cut */
					     "a::b",
					     "[::1]:80",
					     "::1",
					     ":::80",
					     "[::ffff:10.0.0.1]:80",
					     "(::main)",
					     "# [x]",
					     "## x",
					     "#[x]",
					     "a: :b",
					     ":",
					     "#",
					     "" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_eq(place_of(texts[i]), -1, "%s", texts[i]);
}
