/* SPDX-License-Identifier: MIT */
/* Processes that have lived before the library came to them. */
#include <criterion/criterion.h>
#include <glob.h>

#include "watch.h"

TestSuite(late, .init = run_init, .fini = run_fini);

/* No session, no report, no status of ours, and what is called in the library still works. */
Test(late, a_library_that_a_program_loads_itself_does_nothing)
{
	const char *const environment[] = { run_format("UNCLOSED_OPTIONS=ledger-dir=%s",
						       run_path("")), NULL };
	const struct run_options options = { .environment = environment };
	struct run run = RUN_WITH(options, FIXTURE("late"), UNCLOSED_LIBRARY);
	glob_t found;

	cr_expect_eq(run_status(&run), 3, "%s", run.err);
	cr_expect_str_empty(run.out);
	cr_expect_str_empty(run.err);
	cr_expect_eq(glob(run_path("unclosed-*"), 0, NULL, &found), GLOB_NOMATCH);
}

/* Many libraries want static TLS, of which the loader keeps 1.7 KB for those that come late. */
Test(late, a_library_that_comes_late_needs_little_static_tls)
{
	struct run run = RUN(FIXTURE("late"), UNCLOSED_LIBRARY, FIXTURE("tls_taker.so"));

	if (run_status(&run) == 77)
		cr_skip("this libc keeps less");
	cr_expect_eq(run_status(&run), 3, "%s", run.err);
}
