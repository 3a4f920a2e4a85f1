/* SPDX-License-Identifier: MIT */
/*
 * UNCLOSED_SUPPRESSIONS(): the rules are in the file whatever compiler and linker
 * made it, without a warning. Compiled here, as far as there are compilers.
 */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "watch.h"

TestSuite(built_in, .init = run_init, .fini = run_fini);

#define STRICT " -Wall -Wextra -Wredundant-decls -pedantic -Werror -I" INCLUDES " "

static struct run compile(const char *command, const char *source, const char *program)
{
	return RUN("/bin/sh", "-c",
		   run_format("%s -o '%s' '%s'", command, run_path(program), source));
}

/* Some machines have no clang, or no plugin for -flto. */
static bool works(const char *compiler, const char *flags)
{
	struct run run = RUN("/bin/sh", "-c",
			     run_format("echo 'int main(void) { return 0; }' | %s %s -o '%s' -",
					compiler, flags, run_path("nothing")));

	return run_status(&run) == 0;
}

Test(built_in, by_any_compiler)
{
	static const char *const compilers[] = {
		C_COMPILER " -x c -std=c99",
		C_COMPILER " -x c -std=gnu17",
		CXX_COMPILER " -x c++ -std=c++11",
		"clang -x c -Wmissing-variable-declarations",
		"clang++ -x c++ -std=c++17 -Wmissing-variable-declarations",
	};
	static const char *const flags[] = {
		"-O0",
		"-O2 -fdata-sections -Wl,--gc-sections -fvisibility=hidden",
		"-O2 -flto -fdata-sections -Wl,--gc-sections -fvisibility=hidden",
		"-O2 -flto -s -rdynamic",
		"-O2 -no-pie",
	};
	unsigned int tried = 0;

	for (size_t c = 0; c < sizeof(compilers) / sizeof(compilers[0]); c++)
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
			const char *command = run_format("%s" STRICT "%s", compilers[c], flags[f]);
			struct run run;

			if (!works(compilers[c], flags[f]))
				continue;
			tried++;
			run = compile(command, SOURCES "/built_in.c", "built_in");
			cr_assert_eq(run_status(&run), 0, "%s: %s", command, run.err);
			run = RUN(UNCLOSED_PROGRAM, run_path("built_in"));
			cr_expect_eq(run_status(&run), 0, "%s: %s", command, run.err);
			cr_expect_not_null(strstr(run.err, "1 suppressed"), "%s", run.err);
			run = RUN(run_path("built_in"));
			cr_expect_eq(run_status(&run), 0, "%s: alone", command);
		}
	cr_expect_geq(tried, 6);
}
