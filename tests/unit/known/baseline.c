/* SPDX-License-Identifier: MIT */
/* What a baseline allows, and what it learns. */
#include <criterion/criterion.h>
#include <string.h>

#include "known/known.h"

static struct known known;
static struct report *report;
static struct options options;

static void setup(void)
{
	report = report_new();
	cr_assert_not_null(report);
	report->is_complete = true;
	report->exit.is_known = true;
	report->findings = report_alloc(report, 8 * sizeof(*report->findings));
	options_init(&options);
	baseline_init(&known.baseline);
	known.baseline.file = "known.json";
}

static void teardown(void)
{
	baseline_fini(&known.baseline);
	baseline_fini(&known.updated);
	report_free(report);
}

TestSuite(baseline, .init = setup, .fini = teardown);

static struct finding *found(const char *fingerprint, uint64_t count)
{
	struct finding *finding = &report->findings[report->finding_count++];

	*finding = (struct finding){
		.fingerprint = fingerprint, .is_stable = true, .count = count, .counted = count
	};
	return finding;
}

static void allow(const char *fingerprint, uint64_t count)
{
	struct baseline_entry entry = { .fingerprint = fingerprint, .count = count };

	baseline_add(&known.baseline, &entry);
	known.baseline.is_there = true;
}

static void expect(size_t index, enum baseline_state state, uint64_t counted, uint64_t baselined)
{
	cr_expect_eq(report->findings[index].baseline, state, "[%zu] %d", index,
		     report->findings[index].baseline);
	cr_expect_eq(report->findings[index].counted, counted, "[%zu]", index);
	cr_expect_eq(report->findings[index].baselined, baselined, "[%zu]", index);
}

static uint64_t allowed_now(const char *fingerprint)
{
	const struct baseline_entry *entry = baseline_find(&known.updated, fingerprint);

	return entry ? entry->count : 0;
}

Test(baseline, new_known_and_more)
{
	found("b", 2);
	found("a", 5);
	found("c", 1);
	allow("b", 2);
	allow("a", 3);
	known_accept(&known, report, true);
	expect(0, BASELINE_KNOWN, 0, 2);
	expect(1, BASELINE_MORE, 2, 3);
	expect(2, BASELINE_NEW, 1, 0);
	cr_expect_eq(report->findings[1].baseline_allowed, 3);
	cr_expect_eq(report->baseline.place_count, 2);
}

/* Two lines of one function have one fingerprint: what is allowed is for both together. */
Test(baseline, findings_with_one_fingerprint_share)
{
	found("a", 2);
	found("a", 2);
	allow("a", 3);
	known_accept(&known, report, true);
	expect(0, BASELINE_MORE, 0, 2);
	expect(1, BASELINE_MORE, 1, 1);
}

Test(baseline, what_is_noted_or_suppressed_is_none_of_its)
{
	struct finding *finding = found("a", 3);

	finding->counted = 0;
	finding->noted = 2;
	finding->suppressed = 1;
	allow("a", 2);
	known_accept(&known, report, true);
	expect(0, BASELINE_NONE, 0, 0);
	(void)known_review(&known, report, &options);
	cr_expect_eq(report->baseline.gone_count, 0, "noted ones are still there");
}

Test(baseline, what_got_better)
{
	found("a", 1);
	allow("a", 3);
	allow("b", 1);
	allow("c", 1);
	found("c", 1);
	known_accept(&known, report, true);
	cr_expect_not(known_review(&known, report, &options));
	cr_assert_eq(report->baseline.gone_count, 2);
	cr_expect_str_eq(report->baseline.gone[0].fingerprint, "a");
	cr_expect_eq(report->baseline.gone[0].found, 1);
	cr_expect_eq(report->baseline.gone[1].found, 0);
	options.stale_baseline = POLICY_FAIL;
	cr_expect(known_review(&known, report, &options));
	report->exit.status = 1;
	cr_expect_not(known_review(&known, report, &options), "it failed before it got there");
	report->exit.status = 0;
	report->is_complete = false;
	cr_expect_not(known_review(&known, report, &options));
}

Test(baseline, an_update_is_what_was_found)
{
	found("a", 1);
	found("n", 2);
	found("n", 1);
	allow("a", 3);
	allow("b", 1);
	known.is_updating = true;
	known_accept(&known, report, true);
	cr_expect_eq(known.updated.count, 2);
	cr_expect_eq(allowed_now("a"), 1);
	cr_expect_eq(allowed_now("n"), 3);
	expect(1, BASELINE_KNOWN, 0, 2);
	expect(2, BASELINE_KNOWN, 0, 1);
	cr_expect(report->baseline.is_updated);
	(void)known_review(&known, report, &options);
	cr_expect_eq(report->baseline.gone_count, 0);
}

/* What a failed or an incomplete run does not show may still be there. */
Test(baseline, an_update_by_a_failed_run_takes_nothing_away)
{
	found("a", 1);
	found("n", 2);
	allow("a", 3);
	allow("b", 1);
	known.is_updating = true;
	report->exit.status = 3;
	known_accept(&known, report, true);
	cr_expect_eq(known.updated.count, 3);
	cr_expect_eq(allowed_now("a"), 3);
	cr_expect_eq(allowed_now("b"), 1);
	cr_expect_eq(allowed_now("n"), 2);
	cr_expect(known.updated.is_partial);
	cr_assert_eq(report->diagnostic_count, 1);
	cr_expect_str_eq(report->diagnostics[0].text, "known.json keeps its old places beside the "
						      "new ones: the program returned 3");
}

Test(baseline, nothing_is_learnt_from_what_was_not_covered)
{
	allow("a", 3);
	known.is_updating = true;
	known_accept(&known, report, false);
	cr_expect_not(known.updated.is_there);
	cr_expect_not(report->baseline.is_updated);
}

/* Accepted twice is accepted once: a report with a baseline can be one. */
Test(baseline, a_report_with_a_baseline_is_one)
{
	struct finding *finding = found("a", 3);

	finding->counted = 1;
	finding->baselined = 2;
	baseline_collect(&known.baseline, report);
	cr_expect_eq(baseline_find(&known.baseline, "a")->count, 3);
}

Test(baseline, entries_are_kept_in_order)
{
	char name[2] = "a";

	for (int i = 0; i < 26; i++) {
		name[0] = (char)('a' + (i * 7) % 26);
		allow(name, 1);
	}
	cr_assert_eq(known.baseline.count, 26);
	for (int i = 0; i < 26; i++)
		cr_expect_eq(known.baseline.entries[i].fingerprint[0], 'a' + i);
}

/* A place that has both. */
static struct finding *found_both(const char *first, const char *second, uint64_t count)
{
	struct finding *finding = found(first, count);

	finding->fingerprint_2 = second;
	return finding;
}

Test(baseline, the_second_fingerprint_goes_before_the_first)
{
	struct baseline_entry entry = {
		.fingerprint = "b2", .first = "other", .is_second = true, .count = 1
	};

	allow("a1", 1);
	baseline_add(&known.baseline, &entry);
	(void)found_both("a1", "a2", 2);
	(void)found_both("b1", "b2", 1);
	(void)found_both("c1", "c2", 1);
	baseline_apply(&known.baseline, report);
	expect(0, BASELINE_MORE, 1, 1);
	expect(1, BASELINE_KNOWN, 0, 1);
	expect(2, BASELINE_NEW, 1, 0);
}

Test(baseline, a_report_of_before_is_known_by_the_first)
{
	struct baseline_entry entry = {
		.fingerprint = "b2", .first = "b1", .is_second = true, .count = 1
	};

	baseline_add(&known.baseline, &entry);
	(void)found("b1", 1);
	baseline_apply(&known.baseline, report);
	expect(0, BASELINE_KNOWN, 0, 1);
	baseline_gone(&known.baseline, report);
	cr_expect_eq(report->baseline.gone_count, 0);
}

Test(baseline, what_an_old_entry_allows_is_kept_with_the_new_places)
{
	struct baseline now;

	allow("a1", 5);
	allow("b1", 2);
	(void)found_both("a1", "a2", 1);
	(void)found_both("a1", "a3", 2);
	baseline_init(&now);
	baseline_collect(&now, report);
	baseline_keep(&now, &known.baseline);
	cr_assert_eq(now.count, 3);
	cr_expect_eq(baseline_find(&now, "a2")->count + baseline_find(&now, "a3")->count, 5);
	cr_expect_eq(baseline_find(&now, "b1")->count, 2);
	baseline_fini(&now);
}
