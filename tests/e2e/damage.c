/* SPDX-License-Identifier: MIT */
/* Ledgers that a program, or somebody's hand, has overwritten: never an all-clear, never a crash. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define SCRIBBLER FIXTURE("scribbler")
#define SEEDS 10

TestSuite(damage, .init = run_init, .fini = run_fini, .timeout = 600);

static const char *const moments[] = { "start", "middle", "end", "child" };

#define MOMENTS (sizeof(moments) / sizeof(moments[0]))

static bool has(const struct run *run, const char *words)
{
	return strstr(run->err, words) != NULL;
}

/* Status 125, with one line about what is wrong. */
static bool is_refused(const struct run *run)
{
	return run_status(run) == 125 && has(run, "unclosed: ") &&
	       !has(run, "no socket left open") && !has(run, "died of") &&
	       (has(run, "damaged") || has(run, "ledger") || has(run, "lost"));
}

/* What the fixture left is found, or the ledger is refused. */
static void outcome_check(const struct run *run, const char *left, const char *what)
{
	bool is_clean = strcmp(left, "0") == 0;

	if (is_refused(run))
		return;
	cr_expect_eq(run_status(run), is_clean ? 0 : 23, "%s, %s left: %d\n%s", what, left,
		     run_status(run), run->err);
	cr_expect(has(run, is_clean ? "no socket left open" : "2 leaked sockets"), "%s\n%s", what,
		  run->err);
}

static void seed_check(const char *left, const char *moment, int seed)
{
	const char *number = run_format("%d", seed), *what = run_format("%s %d", moment, seed);
	struct run run = RUN(UNCLOSED_PROGRAM, "--", SCRIBBLER, left, moment, number);

	outcome_check(&run, left, what);
	run = RUN_BARE(SCRIBBLER, left, moment, number);
	outcome_check(&run, left, run_format("%s, bare", what));
}

Test(damage, by_chance)
{
	for (int seed = 1; seed <= SEEDS; seed++)
		for (size_t i = 0; i < MOMENTS; i++) {
			seed_check("0", moments[i], seed);
			seed_check("2", moments[i], seed);
		}
}

/* Each page that a small session uses, one after the other, and the header in parts. */
Test(damage, page_by_page)
{
	static const char *const fills[] = { "zeros", "ones", "words" };

	for (unsigned int i = 0; i < 3 * 24; i++) {
		const char *offset = run_format("%u", i / 3 * 4096);
		const char *what = run_format("%s from %s", fills[i % 3], offset);
		struct run run = RUN(UNCLOSED_PROGRAM, "--", SCRIBBLER, "2", "end", "1",
				     fills[i % 3], offset, "4096");

		outcome_check(&run, "2", what);
		run = RUN_BARE(SCRIBBLER, "0", "end", "1", fills[i % 3], offset, "4096");
		outcome_check(&run, "0", what);
	}
}

Test(damage, header_in_parts)
{
	for (unsigned int offset = 0; offset < 512; offset += 16) {
		struct run run = RUN(UNCLOSED_PROGRAM, "--", SCRIBBLER, "2", "end", "1",
				     offset % 32 ? "zeros" : "ones", run_format("%u", offset), "16");

		outcome_check(&run, "2", run_format("header from %u", offset));
	}
}

/* All formats of one report say it. The whole first entries go. */
Test(damage, no_format_has_an_all_clear)
{
	const char *json = run_path("json"), *junit = run_path("junit"), *sarif = run_path("sarif");
	struct run run = RUN(UNCLOSED_PROGRAM, "--json", json, "--junit", junit, "--sarif", sarif,
			     "--", SCRIBBLER, "0", "end", "1", "ones", "65536", "16384");
	json_t *report;

	cr_assert(is_refused(&run), "%d\n%s", run_status(&run), run.err);
	report = report_load(json);
	cr_expect_str_eq(report_text(report, "verdict"), "error");
	cr_expect_str_eq(report_text(report, "exit_reason"), "lost");
	cr_expect_eq(report_number(report, "exit_status"), 125);
	cr_expect(json_is_false(report_at(report, "complete")));
	cr_expect_not_null(strstr(run_read(junit, NULL), "<failure"));
	cr_expect_not_null(strstr(run_read(sarif, NULL), "\"executionSuccessful\": false"));
	run = RUN(UNCLOSED_PROGRAM, "report", json);
	cr_expect_eq(run_status(&run), 125);
	cr_expect_not(has(&run, "no socket left open"), "%s", run.err);
}

static const char *kept_ledger(void)
{
	const char *path = run_path("kept");
	struct run run = RUN(UNCLOSED_PROGRAM, "--keep-ledger", path, "--", SCRIBBLER, "2", "never",
			     "1");

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", path);
	cr_assert_eq(run_status(&run), 23, "it is sound: %s", run.err);
	return path;
}

/* One byte of a kept ledger, anywhere; then it is put back. */
Test(damage, kept_ledger_by_hand)
{
	const char *path = kept_ledger();
	int file = open(path, O_RDWR | O_CLOEXEC);
	off_t size = lseek(file, 0, SEEK_END);

	srandom(5);
	for (unsigned int i = 0; i < 200; i++) {
		off_t at = i < 64 ? (off_t)i * 8 : random() % size;
		uint8_t before, after;
		struct run run;

		cr_assert_eq(pread(file, &before, 1, at), 1);
		after = before ^ (uint8_t)(1 + random() % 255);
		cr_assert_eq(pwrite(file, &after, 1, at), 1);
		run = RUN(UNCLOSED_PROGRAM, "report", path);
		cr_expect(is_refused(&run) || run_status(&run) == 125, "byte %ld: %d\n%s", (long)at,
			  run_status(&run), run.err);
		cr_assert_eq(pwrite(file, &before, 1, at), 1);
	}
	close(file);
}

/* A launcher that was killed leaves a ledger that was never kept. */
Test(damage, live_ledger_by_hand)
{
	const char *script = run_format(
		"%s --ledger-dir %s -q -- sh -c 'cp --sparse=always %s/unclosed-* %s; exit 0' && "
		"dd if=/dev/zero of=%s bs=4096 seek=16 count=1 conv=notrunc status=none",
		UNCLOSED_PROGRAM, run_path("."), run_path("."), run_path("copy"), run_path("copy"));
	struct run run = RUN("sh", "-c", script);

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "report", run_path("copy"));
	cr_expect(is_refused(&run), "%d\n%s", run_status(&run), run.err);
}
