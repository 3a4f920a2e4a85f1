/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include "base/kinds.h"
#include "cli/outputs.h"

static void expect_list(const struct options *options, const char *const *expected)
{
	char **list = options_list(options);
	size_t i = 0;

	cr_assert_not_null(list);
	for (; expected[i] && list[i]; i++)
		cr_expect_str_eq(list[i], expected[i]);
	cr_expect_null(expected[i]);
	cr_expect_null(list[i]);
	options_list_free(list);
}

Test(settings, built_in_values_are_left_out)
{
	struct options options;

	options_init(&options);
	expect_list(&options, (const char *const[]){ NULL });
}

Test(settings, every_type_is_written_as_it_was_given)
{
	char text[] = "kinds=pipe,socket:gate=none:quiet:json=a b:stack-depth=8:wait=forever:"
		      "skip=x:skip=y";
	struct options options;

	options_init(&options);
	cr_assert_eq(options_parse_environment(&options, text, NULL, 0), 0);
	expect_list(&options,
		    (const char *const[]){ "kinds", "socket,pipe", "gate", "none", "quiet", "yes",
					   "json", "a b", "skip", "x,y", "wait", "forever",
					   "stack-depth", "8", NULL });
	options_init(&options);
	options.kinds = KIND_ALL;
	expect_list(&options, (const char *const[]){ "kinds", "all", NULL });
}
