/* SPDX-License-Identifier: MIT */
/* The formats that other programs read: SARIF, JUnit, GitHub's commands, Markdown. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder.h"
#include "golden.h"
#include "models.h"
#include "report/location.h"

static const struct report_style style = { .is_utf8 = true, .root = "/srv/app/src/.." };

static const struct format {
	const char *name, *check; /* the file's ending, and what check_formats.py calls it */
	const struct report_writer *writer;
	const char *const *golden; /* models whose output is kept: few where text is in them */
} formats[] = {
	{ "sarif", "sarif", &report_sarif,
	  (const char *const[]){ "leaky", "known", "nasty", "misuse", NULL } },
	{ "xml", "junit", &report_junit, (const char *const[]){ "nasty", "partial", NULL } },
	{ "github", "github", &report_github,
	  (const char *const[]){ "leaky", "nasty", "uncovered", "partial", "known", NULL } },
	{ "md", "summary", &report_summary, (const char *const[]){ "nasty", NULL } },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

/* The one text that changes with every release. */
static void blank_versions(char *text)
{
	static const char *const before[] = { "ersion\": \"", "value=\"unclosed " };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		for (char *at = text; (at = strstr(at, before[i]));) {
			at += strlen(before[i]);
			if (strncmp(at, UNCLOSED_VERSION "\"", strlen(UNCLOSED_VERSION) + 1) == 0)
				memset(at, 'x', strlen(UNCLOSED_VERSION));
		}
}

Test(outputs, models_are_written_as_expected)
{
	for (const struct format *format = formats; format < formats + FORMATS; format++)
		for (const char *const *model = format->golden; *model; model++) {
			struct report *report = model_make(*model);
			char *text = golden_render(format->writer, report, &style);
			char golden[64];

			(void)snprintf(golden, sizeof(golden), "%s.%s", *model, format->name);
			blank_versions(text);
			golden_expect(golden, text);
			free(text);
			report_free(report);
		}
}

/* Each model in each format, read by another program that knows the format's rules. */
Test(outputs, every_model_keeps_the_rules_of_the_format)
{
	char folder[] = "/tmp/unclosed-outputs-XXXXXX", path[256], command[1024];

	cr_assert_not_null(mkdtemp(folder));
	for (const struct format *format = formats; format < formats + FORMATS; format++) {
		for (const struct model *model = models; model->name; model++) {
			struct report *report = model_make(model->name);

			(void)snprintf(path, sizeof(path), "%s/%s.%s", folder, model->name,
				       format->name);
			cr_assert_eq(report_write_file(path, format->writer, report, &style), 0);
			report_free(report);
		}
		(void)snprintf(command, sizeof(command), "%s %s %s %s/*.%s >&2", PYTHON,
			       FORMATS_CHECK, format->check, folder, format->name);
		cr_expect_eq(system(command), 0, "%s", format->name);
	}
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text++;
	}
	return count;
}

/* The runner drops what is beyond ten errors of a step, so the last one tells how many. */
Test(outputs, github_gets_nine_errors_new_ones_first_and_a_number)
{
	struct report *report = build_report();
	char *text, *last;

	for (int i = 0; i < 12; i++) {
		struct finding *finding =
			build_finding(report, 2, report_printf(report, "thing %d", i));

		finding->counted = finding->baselined = i < 6 ? 1 : 0;
		finding->counted += i >= 6 ? 2 : 0;
		finding->suppressed = i == 11 ? 2 : 0;
		finding->counted -= i == 11 ? 2 : 0;
	}
	build_totals(report, 24, 0, 24);
	text = golden_render(&report_github, report, &style);
	cr_expect_eq(occurrences(text, "::error "), 10, "%s", text);
	cr_expect_lt(strstr(text, "thing 10"), strstr(text, "thing 0"), "%s", text);
	cr_expect_null(strstr(text, "thing 11"), "it does not count");
	last = strstr(text, "and 2 more findings");
	cr_expect(last && !strstr(last, "::error "), "%s", text);
	free(text);
	report_free(report);
}

/* Two processes of the same command are one case; it takes part in both their lives. */
Test(outputs, junit_cases_are_commands)
{
	struct report *report = model_make("workers");
	char *text = golden_render(&report_junit, report, &style);

	cr_expect_eq(occurrences(text, "<testcase classname=\"worker\""), 1, "%s", text);
	cr_expect_not_null(strstr(text, "tests=\"2\" failures=\"1\""), "%s", text);
	free(text);
	report_free(report);
}

/* The test that leaks fails, by its name, and the program that ran it does not. */
Test(outputs, junit_cases_are_tests_where_there_are)
{
	struct report *report = model_make("workers");
	struct report_scope scopes[] = {
		{ .id = 1, .name = "pool.reconnects", .framework = "criterion", .process = 0 },
		{ .id = 2, .name = "pool.closes", .framework = "criterion", .process = 0 },
	};
	uint32_t leaking = 1;
	char *text;

	report->scopes = scopes;
	report->scope_count = 2;
	report->findings[0].scopes = report->findings[1].scopes = &leaking;
	report->findings[0].scope_count = report->findings[1].scope_count = 1;
	text = golden_render(&report_junit, report, &style);
	cr_expect_not_null(strstr(text, "tests=\"4\" failures=\"1\""), "%s", text);
	cr_expect_lt(strstr(text, "name=\"pool.reconnects\""), strstr(text, "<failure"), "%s",
		     text);
	cr_expect_gt(strstr(text, "name=\"pool.closes\""), strstr(text, "<failure"), "%s", text);
	free(text);
	report_free(report);
}

/* Hundreds of known places are in each case of an old code base: a line each, and not all. */
Test(outputs, junit_is_brief_about_what_is_known)
{
	struct report *report = model_make("clean");
	char *text;

	for (int i = 0; i < 25; i++) {
		struct finding *finding = build_finding(report, 2, "thing]]>");

		finding->counted = 0;
		finding->baselined = 2;
		finding->explanation = "Lengthy.";
		build_frame(report, &finding->stack, "open_it", "a.c", 7);
	}
	build_totals(report, 50, 0, 50);
	text = golden_render(&report_junit, report, &style);
	cr_expect_eq(occurrences(text, "\n2 × thing]]&gt;: open_it (a.c:7), 2 in the baseline\n"),
		     20, "%s", text);
	cr_expect_not_null(strstr(text, "\nand 5 more\n</system-out>"), "%s", text);
	cr_expect_null(strstr(text, "Lengthy"), "%s", text);
	cr_expect_not_null(strstr(text, "failures=\"0\""), "%s", text);
	free(text);
	report_free(report);
}

/* A run that fails for something else than a finding does not look like a success. */
Test(outputs, junit_tells_what_else_fails)
{
	struct report *report = model_make("clean");
	char *text;

	report->verdict = VERDICT_STALE;
	report->exit_reason = REASON_STALE;
	report_diagnose(report, DIAGNOSTIC_ERROR, "baseline-stale", "known.json is stale", -1);
	text = golden_render(&report_junit, report, &style);
	cr_expect_not_null(strstr(text, "failures=\"1\""), "%s", text);
	cr_expect_not_null(strstr(text, ">known.json is stale\n</failure>"), "%s", text);
	free(text);
	text = golden_render(&report_github, report, &style);
	cr_expect_str_eq(text, "::error title=unclosed::known.json is stale\n");
	free(text);
	report_free(report);
}

/* What was not covered has not passed. */
Test(outputs, junit_skips_what_is_not_known)
{
	struct report *report = model_make("uncovered");
	char *text = golden_render(&report_junit, report, &style);

	cr_expect_not_null(strstr(text, "<skipped message=\"not covered: static program; "));
	cr_expect_not_null(strstr(text, "skipped=\"1\""));
	cr_expect_not_null(strstr(text, "name=\"complete\" value=\"no\""));
	free(text);
	report_free(report);
}

Test(outputs, paths_are_relative_to_the_root)
{
	static const struct {
		const char *root, *file, *path;
		bool is_below;
	} cases[] = {
		{ NULL, "src/a.c", "src/a.c", true },
		{ NULL, "./src/../src//a.c", "src/a.c", true },
		{ NULL, "/srv/app/a.c", "a.c", true },
		{ NULL, "/srv/apple/a.c", "/srv/apple/a.c", false },
		{ NULL, "../lib/a.c", "/srv/lib/a.c", false },
		{ "/srv", "../lib/a.c", "lib/a.c", true },
		{ "/srv/", "src/a.c", "app/src/a.c", true },
		{ "/", "/usr/a.c", "usr/a.c", true },
		{ "/srv", "/../../srv/a.c", "a.c", true },
		{ "/srv/app", "..", "/srv", false },
	};
	struct report *report = build_report();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_below;
		char *path = location_path(report, cases[i].root, cases[i].file, &is_below);

		cr_expect_str_eq(path, cases[i].path, "case %zu", i);
		cr_expect_eq(is_below, cases[i].is_below, "case %zu", i);
		free(path);
	}
	report_free(report);
}

Test(outputs, uris_are_percent_encoded)
{
	static const char *const cases[][2] = {
		{ "src/a.c", "src/a.c" },
		{ "/a b/%.c", "file:///a%20b/%25.c" },
		{ "C:/x#y?z", "C%3A/x%23y%3Fz" },
		{ "caf\xc3\xa9/\xff", "caf%C3%A9/%FF" },
		{ "-._~", "-._~" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *uri = location_uri(cases[i][0]);

		cr_expect_str_eq(uri, cases[i][1]);
		free(uri);
	}
}

/* The C library's own sources are nowhere in the project that was run. */
Test(outputs, names_that_lead_nowhere_are_no_files)
{
	static const struct {
		struct report_frame frame;
		bool is_file;
	} cases[] = {
		{ { .file = "src/a.c", .module = "/srv/app/server" }, true },
		{ { .file = "./csu/libc-start.c", .module = "/lib/x86_64-linux-gnu/libc.so.6" },
		  false },
		{ { .file = "/usr/src/a.c", .module = "/usr/lib/liba.so" }, true },
		{ { .file = "app.py",
		    .module = "/usr/lib/libpython3.so",
		    .runtime = RUNTIME_python },
		  true },
		{ { .file = "<string>", .module = "/usr/bin/python3", .runtime = RUNTIME_python },
		  false },
		{ { .module = "/srv/app/server" }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(location_is_file(&cases[i].frame), cases[i].is_file, "case %zu", i);
}
