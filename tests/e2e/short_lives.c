/* SPDX-License-Identifier: MIT */
/*
 * Many short processes: what they took is given back, and the sums are what they would be.
 * With UNCLOSED_SOAK=1 in the environment there are 100 000 of each shape.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

#define COUNT 1000
#define SOAK_COUNT 100000
#define PYTHON_COUNT 40 /* each takes as long as 20 others */

static const char *directory;

static void begin(void)
{
	run_init();
	directory = run_path("ledgers");
	cr_assert_eq(mkdir(directory, 0700), 0);
}

TestSuite(short_lives, .init = begin, .fini = run_fini);

static long count_asked(void)
{
	const char *soak = getenv("UNCLOSED_SOAK");

	return soak && strcmp(soak, "1") == 0 ? SOAK_COUNT : COUNT;
}

static long count_of(const char *shape)
{
	return strcmp(shape, "python") == 0 ? PYTHON_COUNT : count_asked();
}

static struct watched lives_watch(const char *shape, const char *option)
{
	const struct run_options options = { .timeout_s = 3000 };

	return WATCH_WITH(options, "--ledger-dir", directory, option, "--", FIXTURE("short_lives"),
			  shape, run_format("%ld", count_of(shape)), directory);
}

static long long counted(const struct watched *watched, const char *kind, const char *what)
{
	return report_number(watched->report, run_format("summary/counts/%s/%s", kind, what));
}

/* Each of a shape has so many processes, and opens and leaves so many files; -1: its shell knows.
 */
struct expected {
	long processes, files_opened, files_left;
};

static void lives_check(const char *shape, const struct expected *each, long long bytes_most)
{
	struct watched watched = lives_watch(shape, "--color=never");
	long count = count_of(shape);
	const char *told = strstr(watched.run.out, "bytes ");

	cr_assert_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/covered"),
		     1 + count * each->processes, "%s", watched.run.err);
	if (each->files_opened >= 0)
		cr_expect_eq(counted(&watched, "file", "opened"), count * each->files_opened);
	if (each->files_left >= 0)
		cr_expect_eq(counted(&watched, "file", "left"), count * each->files_left);
	cr_assert_not_null(told);
	cr_expect_leq(atoll(told + 6), bytes_most, "%s", told);
}

/* Four in a row of 64 KiB groups: what the first ones took, and nothing for the others. */
#define BYTES_FEW (384 * 1024)

Test(short_lives, forked)
{
	lives_check("forked", &(struct expected){ 1, 1, 0 }, BYTES_FEW);
}

Test(short_lives, executed)
{
	lives_check("executed", &(struct expected){ 1, 1, 0 }, BYTES_FEW);
}

Test(short_lives, that_leave_a_file_open)
{
	lives_check("leaving", &(struct expected){ 1, 1, 1 }, BYTES_FEW);
}

Test(short_lives, of_system)
{
	lives_check("system", &(struct expected){ 1, -1, -1 }, BYTES_FEW);
}

Test(short_lives, of_popen)
{
	lives_check("popen", &(struct expected){ 1, -1, -1 }, BYTES_FEW);
}

Test(short_lives, that_the_kernel_reaps)
{
	lives_check("ignored", &(struct expected){ 1, 1, 0 }, BYTES_FEW);
}

/* The first process of a container may reap none: what has died lately is kept for a second. */
Test(short_lives, that_lost_their_parent)
{
	lives_check("orphan", &(struct expected){ 2, 1, 0 }, 2 * BYTES_FEW + 256 * count_asked());
}

/* Its places are those of the one before: no more is kept for the last than for the first. */
Test(short_lives, of_python)
{
	if (access(PYTHON, X_OK) != 0)
		cr_skip(PYTHON " is not there");
	lives_check("python", &(struct expected){ 1, -1, 0 }, BYTES_FEW);
}

/* Nobody is given back where names are asked for: then nothing else differs. */
Test(short_lives, sums_are_those_of_who_is_kept)
{
	static const char *const shapes[] = { "executed", "leaving", "system" };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct watched given = lives_watch(shapes[i], "--color=never");
		struct watched kept = lives_watch(shapes[i], "--skip=no-such-program");

		cr_expect(json_equal(report_at(given.report, "summary"),
				     report_at(kept.report, "summary")),
			  "%s: %s\n%s", shapes[i], given.run.err, kept.run.err);
		cr_expect(json_equal(report_at(given.report, "process_counts"),
				     report_at(kept.report, "process_counts")),
			  "%s: %s\n%s", shapes[i], given.run.err, kept.run.err);
	}
}

/* On a file system of 1 MiB there is room for them, and none for those that are kept. */
Test(short_lives, fit_a_small_file_system)
{
	static const char script[] = "mount -t tmpfs -o size=1m none \"$1\" || exit 77\n"
				     "shift; exec \"$@\"";
	const char *const unshare = run_find("unshare");
	struct run run;

	if (!unshare)
		cr_skip("unshare is not there");
	run = RUN_WITH((struct run_options){ .timeout_s = 3000 }, unshare, "-Urm", "sh", "-c",
		       script, "sh", directory, UNCLOSED_PROGRAM, "--ledger-dir", directory, "--",
		       FIXTURE("short_lives"), "executed", "1000", directory);
	if (run_status(&run) != 0 && !strstr(run.err, "unclosed: "))
		cr_skip("nothing may be mounted here");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "no socket left open"), "%s", run.err);
}
