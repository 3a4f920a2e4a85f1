/* SPDX-License-Identifier: MIT */
/* C++ exceptions: programs that throw see no difference, and what one left open is told. */
#include <criterion/criterion.h>
#include <string.h>

#include "watch.h"

#define WORDS_MAX 12

TestSuite(exceptions, .init = run_init, .fini = run_fini);

/* Alone, watched, and with every walk checked: the same output, errors and end. */
static void same_check(const char *const argv[])
{
	static const char *const libraries[] = { UNCLOSED_LIBRARY, UNCLOSED_VERIFY_LIBRARY };
	struct run_child child = run_start(&(struct run_options){ .timeout_s = 120 }, argv);
	struct run alone = run_finish(&child);

	for (size_t i = 0; i < 2; i++) {
		struct run_options options = {
			.environment = RUN_ARGV(run_format("UNCLOSED_LIBRARY=%s", libraries[i])),
			.timeout_s = 120,
		};
		const char *words[WORDS_MAX] = { UNCLOSED_PROGRAM, "-q", "--gate", "none", "--" };
		struct run run;

		for (size_t word = 0; argv[word]; word++)
			words[5 + word] = argv[word];
		child = run_start(&options, words);
		run = run_finish(&child);
		cr_expect_str_eq(run.out, alone.out, "%s %s", argv[0], argv[1]);
		cr_expect(strncmp(run.err, alone.err, strlen(alone.err)) == 0, "%s: %s", argv[0],
			  run.err);
		cr_expect_eq(run_status(&run), run_status(&alone), "%s: %d, alone %d", argv[0],
			     run_status(&run), run_status(&alone));
	}
}

Test(exceptions, programs)
{
	same_check(RUN_ARGV(FIXTURE("thrower"), "all"));
	same_check(RUN_ARGV(FIXTURE("thrower_optimized"), "all"));
}

Test(exceptions, runtime_linked_in)
{
	same_check(RUN_ARGV(FIXTURE("thrower_static"), "all"));
	same_check(RUN_ARGV(FIXTURE("thrower_static_dynamic"), "all"));
}

Test(exceptions, by_clang)
{
	if (!run_find(FIXTURE("thrower_clang")))
		cr_skip("no clang++");
	same_check(RUN_ARGV(FIXTURE("thrower_clang"), "all"));
}

Test(exceptions, nobody_catches_it)
{
	same_check(RUN_ARGV(FIXTURE("thrower"), "terminate"));
	same_check(RUN_ARGV(FIXTURE("thrower_static"), "terminate"));
	same_check(RUN_ARGV(FIXTURE("thrower"), "noexcept"));
}

Test(exceptions, plugins_of_a_c_program)
{
	same_check(RUN_ARGV(FIXTURE("thrower_host"), FIXTURE("thrower_plugin")));
	same_check(RUN_ARGV(FIXTURE("thrower_host"), FIXTURE("thrower_plugin_static"),
			    FIXTURE("thrower_plugin"), FIXTURE("thrower_plugin_other")));
}

Test(exceptions, plugins_in_a_child_of_threads)
{
	same_check(RUN_ARGV(FIXTURE("thrower_host"), "-f", FIXTURE("thrower_plugin"),
			    FIXTURE("thrower_plugin_other")));
}

static const char *evidence_of(struct watched *watched)
{
	json_t *evidence;
	size_t i;

	json_array_foreach(report_at(watched->report, "findings/0/evidence"), i, evidence)
	{
		if (strcmp(report_text(evidence, "what"), "opened-in-left-frame") == 0)
			return report_text(evidence, "text");
	}
	return "";
}

static struct watched watched_part(const char *part)
{
	return WATCH("--kinds", "all", "--", FIXTURE("thrown"), part);
}

/* The lines are those of the fixture: two digits. */
static void left_check(const char *part, const char *function)
{
	struct watched watched = watched_part(part);
	const char *text = evidence_of(&watched);

	cr_expect(strncmp(text, "After the opening, an exception thrown at parse (", 49) == 0,
		  "%s: %s", part, watched.run.err);
	cr_expect_not_null(strstr(text, run_format(") left %s, which had opened it.", function)),
			   "%s: %s", part, text);
	cr_expect_str_eq(report_text(watched.report, "findings/0/explanation"),
			 run_format("Likely the exception skipped the close() in %s.", function));
}

Test(exceptions, what_one_left_open)
{
	left_check("leave", "load()");
	left_check("deeper", "load_deeper()");
}

Test(exceptions, closed_before_it_goes_on)
{
	struct watched watched = watched_part("closed");

	cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 0, "%s",
		     watched.run.err);
}

/* Of elsewhere, of another thread, or too few for what is open: they explain nothing. */
Test(exceptions, what_none_left_open)
{
	static const char *const parts[] = { "other", "often", "thread" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct watched watched = watched_part(parts[i]);

		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 1, "%s",
			     watched.run.err);
		cr_expect_str_eq(evidence_of(&watched), "", "%s", parts[i]);
	}
}
