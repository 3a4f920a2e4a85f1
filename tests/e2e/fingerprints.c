/* SPDX-License-Identifier: MIT */
/*
 * A baseline holds when files move, lines move and compilers change. The program is
 * compiled here, again and again, and left where it is.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch.h"

TestSuite(fingerprints, .init = run_init, .fini = run_fini);

/* Does the compiler work here, with these flags? */
static bool compile(const char *command, const char *source, const char *program)
{
	struct run run = RUN("/bin/sh", "-c",
			     run_format("%s -o '%s' '%s'", command, run_path(program), source));

	return run_status(&run) == 0;
}

static struct run watch(const char *options, const char *program, const char *words)
{
	return RUN("/bin/sh", "-c",
		   run_format("exec '%s' --baseline '%s' %s -- '%s' %s", UNCLOSED_PROGRAM,
			      run_path("known.json"), options, run_path(program), words));
}

#define WORDS "start pool pool callback recurse"

static void expect_known(const char *what, const char *program, const char *words)
{
	struct run run = watch("--stale-baseline=fail", program, words);

	cr_expect_eq(run_status(&run), 0, "%s: %d\n%s", what, run_status(&run), run.err);
	run = watch("", program, run_format("%s fresh", words));
	if (strstr(words, "pool"))
		cr_expect_eq(run_status(&run), 23, "%s: a new one is new", what);
}

static const char *source_copy(const char *name, const char *sed)
{
	struct run run = RUN("/bin/sh", "-ec",
			     run_format("mkdir -p \"$(dirname '%s')\"; sed '%s' '%s' >'%s'",
					run_path(name), sed, SOURCES "/known.c", run_path(name)));

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	return run_path(name);
}

Test(fingerprints, a_baseline_survives)
{
	static const struct {
		const char *what, *name, *sed;
	} edits[] = {
		{ "a renamed file", "other.c", "" },
		{ "another folder", "src/deep/known.c", "" },
		{ "lines in front", "known2.c", "1i\\\n\\\n\\\n/* three more lines */" },
		{ "code moved to the end", "known3.c",
		  "/^static void pool/,/^}/{H;d};/^static void fresh/{x;p;x}" },
	};

	cr_assert(compile(C_COMPILER " -g", SOURCES "/known.c", "known"));
	cr_expect_eq(watch("--update-baseline", "known", WORDS).status, 0);
	expect_known("the same program", "known", WORDS);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		cr_assert(compile(C_COMPILER " -g", source_copy(edits[i].name, edits[i].sed),
				  "changed"),
			  "%s", edits[i].what);
		expect_known(edits[i].what, "changed", WORDS);
	}
}

Test(fingerprints, other_compilers_and_optimizations)
{
	static const char *const commands[] = {
		C_COMPILER " -g -O2",
		C_COMPILER " -g -O3 -flto",
		C_COMPILER " -g -Os",
		C_COMPILER " -O0",
		C_COMPILER " -g -O2 -no-pie",
		"clang -g -O0",
		"clang -g -O2",
		"clang -g -O3",
	};
	unsigned int tried = 0;

	cr_assert(compile(C_COMPILER " -g", SOURCES "/known.c", "known"));
	cr_expect_eq(watch("--update-baseline", "known", WORDS).status, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (compile(commands[i], SOURCES "/known.c", "built")) {
			expect_known(commands[i], "built", WORDS);
			tried++;
		}
	cr_expect_geq(tried, 4);
}

Test(fingerprints, cxx)
{
	static const char *const commands[] = {
		CXX_COMPILER " -g -O2", CXX_COMPILER " -g -O3 -flto",
		CXX_COMPILER " -O0",    "clang++ -g -O0",
		"clang++ -g -O2",       "clang++ -g -O3",
	};
	unsigned int tried = 0;

	cr_assert(compile(CXX_COMPILER " -std=c++17 -pthread -g", SOURCES "/known_places.cc",
			  "known"));
	cr_expect_eq(watch("--update-baseline", "known", "").status, 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (compile(run_format("%s -std=c++17 -pthread", commands[i]),
			    SOURCES "/known_places.cc", "built")) {
			expect_known(commands[i], "built", "");
			tried++;
		}
	cr_expect_geq(tried, 2);
}

/* All of fortified.c is known, and its remedies are in its own lines. */
static void expect_own(const char *what)
{
	struct run run = watch("--stale-baseline=fail --kinds all -v", "built", "");

	cr_expect_eq(run_status(&run), 0, "%s: %d\n%s", what, run_status(&run), run.err);
	run = RUN(UNCLOSED_PROGRAM, "--kinds", "all", "--", run_path("built"));
	cr_expect_null(strstr(run.err, "/bits/"), "%s\n%s", what, run.err);
	cr_expect_null(strstr(run.err, "open64"), "%s\n%s", what, run.err);
	cr_expect_null(strstr(run.err, "_chk"), "%s\n%s", what, run.err);
	cr_expect_not_null(strstr(run.err, "what log_open() opened"), "%s\n%s", what, run.err);
}

/* open(), read() and recv() are inlined from headers of libc then, and call something else. */
Test(fingerprints, with_and_without_fortified_headers)
{
	static const char *const compilers[] = { C_COMPILER, "clang" };
	static const char *const flags[] = {
		"-U_FORTIFY_SOURCE",
		"-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3",
		"-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_FILE_OFFSET_BITS=64",
	};
	const char *source = SOURCES "/fortified.c";
	unsigned int tried = 0;

	cr_assert(compile(C_COMPILER " -g -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2", source,
			  "known"));
	cr_expect_eq(watch("--update-baseline --kinds all", "known", "").status, 0);
	for (size_t c = 0; c < sizeof(compilers) / sizeof(compilers[0]); c++)
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
			for (unsigned int level = 0; level <= 3; level++) {
				const char *command = run_format("%s -g -O%u %s", compilers[c],
								 level, flags[f]);

				if (!compile(command, source, "built"))
					continue;
				expect_own(command);
				tried++;
			}
	cr_expect_geq(tried, 12);
}

/* known_before.json is of an unclosed that had no "place/2". */
Test(fingerprints, a_baseline_of_before_place_2)
{
	struct run run;

	cr_assert(compile(C_COMPILER " -g", SOURCES "/known.c", "known"));
	run = RUN("/bin/cp", SOURCES "/known_before.json", run_path("known.json"));
	cr_assert_eq(run_status(&run), 0);
	expect_known("a baseline of before", "known", WORDS);
	/* It is written anew when it is asked for, and not before. */
	run = RUN("/usr/bin/cmp", SOURCES "/known_before.json", run_path("known.json"));
	cr_expect_eq(run_status(&run), 0);
	run = watch("--update-baseline", "known", WORDS);
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN("/bin/grep", "-c", "\"place/2\"", run_path("known.json"));
	cr_expect_str_eq(run.out, "4\n");
	expect_known("the new baseline", "known", WORDS);
	run = RUN(UNCLOSED_PROGRAM, "diff", SOURCES "/known_before.json", run_path("known.json"));
	cr_expect_not_null(strstr(run.out, "0 new, 0 more, 0 fewer, 0 gone, 4 unchanged"), "%s",
			   run.out);
}
