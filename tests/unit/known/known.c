/* SPDX-License-Identifier: MIT */
/* What rules do to the sums of a report. */
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
	options_init(&options);
}

static void teardown(void)
{
	suppressions_fini(&known.suppressions);
	report_free(report);
}

TestSuite(known, .init = setup, .fini = teardown);

static void rules(const char *text)
{
	struct text_error error;

	cr_assert_eq(suppressions_parse(&known.suppressions, text, strlen(text), "k.supp", &error),
		     0, "%s", error.why);
}

/* `count` descriptors opened by `function`, on port 5000 and up; the last `noted` do not count. */
static struct finding *add(const char *function, uint64_t count, uint64_t noted)
{
	struct finding *grown = report_alloc(report, (report->finding_count + 1) * sizeof(*grown));
	struct finding *finding = &grown[report->finding_count];

	if (report->finding_count)
		memcpy(grown, report->findings, report->finding_count * sizeof(*grown));
	report->findings = grown;
	report->finding_count++;
	finding->kind = KIND_SOCKET;
	finding->call = "socket";
	finding->count = count;
	finding->counted = count - noted;
	finding->noted = noted;
	finding->stack.frames = report_alloc(report, sizeof(*finding->stack.frames));
	finding->stack.frames[0].function = function;
	finding->stack.frame_count = 1;
	finding->descriptors = report_alloc(report, count * sizeof(*finding->descriptors));
	finding->descriptor_count = count;
	for (uint64_t i = 0; i < count; i++) {
		finding->descriptors[i].local =
			report_printf(report, "127.0.0.1:%d", 5000 + (int)i);
		finding->descriptors[i].is_noted = i >= count - noted;
	}
	return finding;
}

static void apply(void)
{
	known_apply(&known, report, NULL, NULL);
}

static void expect(size_t index, uint64_t counted, uint64_t noted, uint64_t suppressed)
{
	const struct finding *finding = &report->findings[index];

	cr_expect_eq(finding->counted, counted, "[%zu] counted %lu", index, finding->counted);
	cr_expect_eq(finding->noted, noted, "[%zu] noted %lu", index, finding->noted);
	cr_expect_eq(finding->suppressed, suppressed, "[%zu] suppressed %lu", index,
		     finding->suppressed);
	cr_expect_eq(finding->counted + finding->noted + finding->suppressed, finding->count);
}

Test(known, only_what_is_named)
{
	add("start", 2, 0);
	add("serve", 3, 1);
	rules("leak:^start$\nleak:nothing\n");
	apply();
	expect(0, 0, 0, 2);
	expect(1, 2, 1, 0);
	cr_assert_eq(report->suppression_count, 2);
	cr_expect_eq(report->suppressions[0].matched, 2);
	cr_expect_eq(report->suppressions[1].matched, 0);
	cr_assert_eq(report->findings[0].suppressed_by_count, 1);
	cr_expect_eq(report->findings[0].suppressed_by[0].suppression, 0);
	cr_expect_eq(report->findings[0].suppressed_by[0].count, 2);
}

/* Two are allowed, the third counts; over all findings of a process. */
Test(known, an_allowed_count)
{
	add("pool_a", 3, 0);
	add("pool_b", 1, 0);
	rules("leak:pool\n count: 2\n");
	apply();
	expect(0, 1, 0, 2);
	expect(1, 1, 0, 0);
}

Test(known, the_next_rule_takes_what_is_left)
{
	add("pool", 3, 0);
	rules("leak:pool\n count: 2\nleak:^pool$\n");
	apply();
	expect(0, 0, 0, 3);
	cr_expect_eq(report->suppressions[1].matched, 1);
}

Test(known, what_counts_is_suppressed_before_what_is_noted)
{
	add("pool", 3, 1);
	rules("leak:pool\n count: 2\n");
	apply();
	expect(0, 0, 1, 2);
}

Test(known, single_descriptors_by_address)
{
	add("pool", 4, 1);
	rules("leak:pool\n address: *:5001\nleak:\n address: *:5003\n");
	apply();
	expect(0, 2, 0, 2);
	cr_expect(report->findings[0].descriptors[1].is_suppressed);
	cr_expect_not(report->findings[0].descriptors[0].is_suppressed);
	cr_expect(report->findings[0].descriptors[3].is_suppressed);
}

/* Of descriptors that a JSON report does not list nothing is known. */
Test(known, omitted_descriptors_are_not_guessed)
{
	struct finding *finding = add("pool", 4, 0);

	finding->descriptor_count = 2;
	finding->descriptors_omitted = 2;
	rules("leak:\n address: 127.0.0.1:*\n");
	apply();
	expect(0, 2, 0, 2);
}

Test(known, programs_by_path_or_name)
{
	static struct report_process processes[] = {
		{ .id = 0, .exe = "/opt/bin/server", .name = "./server" },
		{ .id = 1, .exe = "/opt/bin/worker", .name = "worker" },
	};
	struct finding *finding = add("pool", 2, 0);

	report->processes = processes;
	report->process_count = 2;
	finding->descriptors[1].process = 1;
	rules("leak:\n program: work\nleak:\n program: worker\n");
	apply();
	expect(0, 1, 0, 1);
	cr_expect_eq(report->suppressions[0].matched, 0);
}

Test(known, an_expired_rule_suppresses_no_longer)
{
	add("pool", 2, 0);
	rules("leak:pool\n expires: 2020-01-01\n");
	apply();
	expect(0, 2, 0, 0);
	cr_expect(report->suppressions[0].is_expired);
	cr_expect_eq(report->suppressions[0].matched, 2);
	(void)known_review(&known, report, &options);
	cr_assert_eq(report->diagnostic_count, 1);
	cr_expect_str_eq(report->diagnostics[0].code, "suppression-expired");
	cr_expect_eq(report->diagnostics[0].level, DIAGNOSTIC_WARNING);
}

/* Those that never matched: by policy, and only where the run shows it. */
Test(known, unused_rules)
{
	add("pool", 1, 0);
	rules("leak:pool\nleak:gone\n");
	apply();
	cr_expect_not(known_review(&known, report, &options));
	cr_assert_eq(report->diagnostic_count, 1);
	cr_expect_str_eq(report->diagnostics[0].text, "k.supp:2: 'leak:gone' never matched");
	options.unused_suppressions = POLICY_FAIL;
	cr_expect(known_review(&known, report, &options));
	options.gate = GATE_NONE;
	cr_expect(known_review(&known, report, &options));
	options.unused_suppressions = POLICY_COUNT;
	cr_expect_not(known_review(&known, report, &options));
	options.unused_suppressions = POLICY_FAIL;
	report->is_complete = false;
	cr_expect_not(known_review(&known, report, &options));
	report->diagnostic_count = 0;
	options.unused_suppressions = POLICY_IGNORE;
	cr_expect_not(known_review(&known, report, &options));
	cr_expect_eq(report->diagnostic_count, 0);
}

Test(known, shipped_rules_are_told_when_they_matched)
{
	add("pool", 1, 0);
	rules("leak:gone\nleak:pool\n");
	known.suppressions.rules[0].is_default = known.suppressions.rules[1].is_default = true;
	apply();
	cr_assert_eq(report->suppression_count, 1);
	cr_expect_str_eq(report->suppressions[0].rule, "leak:pool");
	cr_expect_eq(report->findings[0].suppressed_by[0].suppression, 0);
	options.unused_suppressions = POLICY_FAIL;
	cr_expect_not(known_review(&known, report, &options));
}

/* Rules of a module hold where it is loaded, and nowhere when that cannot be told. */
static bool is_second(void *data, size_t index, uint32_t module)
{
	(void)data;
	return index == 1 && module == 7;
}

Test(known, rules_of_a_module_stay_there)
{
	add("pool", 1, 0);
	add("pool", 1, 0);
	rules("leak:pool\n");
	known.suppressions.rules[0].module = 7;
	known_apply(&known, report, is_second, NULL);
	expect(0, 1, 0, 0);
	expect(1, 0, 0, 1);
}

Test(known, a_report_that_was_judged_is_judged_again)
{
	struct report_process process = { .is_covered = true };

	add("pool", 2, 0);
	add("serve", 3, 0);
	report->processes = &process;
	report->process_count = 1;
	process.exec_of = -1;
	rules("leak:serve\n");
	report_rejudge(report, &known, &options);
	cr_expect_eq(report->counted, 2);
	cr_expect_eq(report->suppressed, 3);
	cr_expect_eq(report->verdict, VERDICT_LEAKS);
	cr_expect_eq(report->exit_status, 23);
	cr_expect_str_eq(report->findings[0].stack.frames[0].function, "pool");
	cr_expect_str_eq(report->findings[0].id, "1");
	suppressions_fini(&known.suppressions);
	rules("leak:pool\n");
	report_rejudge(report, &known, &options);
	cr_expect_eq(report->suppressed, 5);
	cr_expect_eq(report->suppression_count, 2, "what it had stays");
	cr_expect_eq(report->verdict, VERDICT_CLEAN);
	cr_expect_eq(report->exit_status, 0);
}

Test(known, an_allowed_count_is_of_each_process)
{
	static struct report_process processes[] = { { .id = 4 }, { .id = 9 } };
	struct finding *finding = add("pool", 5, 0);

	report->processes = processes;
	report->process_count = 2;
	for (int i = 0; i < 5; i++)
		finding->descriptors[i].process = i < 3 ? 4 : 9;
	rules("leak:pool\n count: 2\n");
	apply();
	expect(0, 1, 0, 4);
}
