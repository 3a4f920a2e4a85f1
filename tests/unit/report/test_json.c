/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden.h"
#include "models.h"

static const struct report_style plain = { .is_utf8 = true };

static char folder[64];

static void make_folder(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/unclosed-json-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

static const char *path_in_folder(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static const char *write_bytes(const char *bytes, size_t size)
{
	const char *path = path_in_folder("given.json");
	FILE *out = fopen(path, "we");

	cr_assert_not_null(out);
	cr_assert_eq(fwrite(bytes, 1, size, out), size);
	cr_assert_eq(fclose(out), 0);
	return path;
}

static int read_bytes(struct report **ret_report, const char *text, char *error, size_t size)
{
	*ret_report = report_new();
	error[0] = '\0';
	return report_read_json(*ret_report, write_bytes(text, strlen(text)), error, size);
}

/* The golden files outlive versions: "version": "0.1.0" becomes "version": "". */
static void blank_version(char *text)
{
	char *version = strstr(text, "\"version\": \""), *end;

	cr_assert_not_null(version);
	version += strlen("\"version\": \"");
	end = strchr(version, '"');
	cr_assert_gt(end, version);
	memmove(version, end, strlen(end) + 1);
}

Test(json, models_are_written_as_expected)
{
	static const char *const names[] = { "leaky", "cxx",    "nasty", "misuse", "silent",
					     "known", "merged", "tests", "kinds" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct report *report = model_make(names[i]);
		char *text = golden_render(&report_json, report, &plain);
		char golden[64];

		(void)snprintf(golden, sizeof(golden), "%s.json", names[i]);
		blank_version(text);
		golden_expect(golden, text);
		free(text);
		report_free(report);
	}
}

Test(json, every_model_keeps_the_schema, .init = make_folder, .fini = remove_folder)
{
	char command[1024];

	for (const struct model *model = models; model->name; model++) {
		struct report *report = model_make(model->name);
		char name[64];

		(void)snprintf(name, sizeof(name), "%s.json", model->name);
		cr_assert_eq(report_write_file(path_in_folder(name), &report_json, report, &plain),
			     0);
		report_free(report);
	}
	(void)snprintf(command, sizeof(command), "%s %s %s %s/*.json >&2", PYTHON, SCHEMA_CHECK,
		       SCHEMA_FILE, folder);
	cr_expect_eq(system(command), 0);
}

/* What is read back is written again byte by byte, and reads the same as text. */
Test(json, every_model_survives_a_round_trip, .init = make_folder, .fini = remove_folder)
{
	for (const struct model *model = models; model->name; model++) {
		struct report *report = model_make(model->name), *copy;
		char *before = golden_render(&report_json, report, &plain), *after;
		char error[256];

		cr_assert_eq(read_bytes(&copy, before, error, sizeof(error)), 0, "%s: %s",
			     model->name, error);
		after = golden_render(&report_json, copy, &plain);
		cr_expect_str_eq(after, before, "%s", model->name);
		free(after);
		free(before);
		/* Bytes that are not UTF-8 and the descriptors beyond 100 do not survive. */
		if (strcmp(model->name, "nasty") != 0 && strcmp(model->name, "many") != 0) {
			before = golden_render(&report_text, report, &plain);
			after = golden_render(&report_text, copy, &plain);
			cr_expect_str_eq(after, before, "%s", model->name);
			free(after);
			free(before);
		}
		report_free(copy);
		report_free(report);
	}
}

Test(json, big_numbers_are_kept)
{
	struct report *report = model_make("leaky");
	char *text;
	json_t *root, *finding;

	report->findings[0].stack.frames[0].offset = UINT64_MAX;
	report->findings[0].descriptors[0].opened_ns = INT64_MAX;
	report->findings[0].descriptors[0].age_ns = UINT64_MAX;
	text = golden_render(&report_json, report, &plain);
	root = json_loads(text, 0, NULL);
	cr_assert_not_null(root);
	finding = json_array_get(json_object_get(root, "findings"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_array_get(json_object_get(finding, "stack"), 0), "offset")),
			 "0xffffffffffffffff");
	finding = json_array_get(json_object_get(finding, "descriptors"), 0);
	cr_expect_eq(json_integer_value(json_object_get(finding, "opened_ns")), INT64_MAX);
	cr_expect_eq(json_integer_value(json_object_get(finding, "age_ns")), INT64_MAX);
	json_decref(root);
	free(text);
	report_free(report);
}

Test(json, options_of_the_run_are_told)
{
	static const char *const options[] = { "gate", "proven", "kinds", "socket", NULL };
	struct report *report = model_make("clean");
	char *text =
		golden_render(&report_json, report, &(struct report_style){ .options = options });

	cr_expect_not_null(strstr(text, "\"gate\": \"proven\""));
	free(text);
	report_free(report);
}

Test(json, unknown_keys_and_values_are_accepted, .init = make_folder, .fini = remove_folder)
{
	struct report *report;
	char error[256];

	cr_assert_eq(
		read_bytes(&report,
			   "{\"schema\":\"unclosed-report/1\",\"later\":[{}],\"verdict\":\"odd\","
			   "\"session\":null,"
			   "\"findings\":[{\"type\":\"odd\",\"kind\":\"odd\",\"role\":\"odd\","
			   "\"more\":1}],\"processes\":[{\"end\":{\"how\":\"odd\"}}]}",
			   error, sizeof(error)),
		0, "%s", error);
	cr_expect_eq(report->verdict, VERDICT_ERROR);
	cr_expect_eq(report->findings[0].kind, KIND_OTHER);
	cr_expect_eq(report->findings[0].role, ROLE_NONE);
	cr_expect_eq(report->processes[0].end, REPORT_END_UNKNOWN);
	cr_expect_str_eq(report->processes[0].exe, "?");
	report_free(report);
}

Test(json, malformed_reports_say_where, .init = make_folder, .fini = remove_folder)
{
	static const struct {
		const char *json, *error;
	} cases[] = {
		{ "", "line 1" },
		{ "[]", "not a JSON report of unclosed" },
		{ "{\n\"schema\":\n\"unclosed-report/1\",,}", "line 3" },
		{ "{\"a\":1}", "schema: not a JSON report of unclosed" },
		{ "{\"schema\":7}", "schema: a string was expected" },
		{ "{\"schema\":\"unclosed-report/2\"}", "schema: another version" },
		{ "{\"schema\":\"unclosed-report/1\",\"findings\":{}}",
		  "findings: an array was expected" },
		{ "{\"schema\":\"unclosed-report/1\",\"findings\":[1]}",
		  "findings[0]: an object was expected" },
		{ "{\"schema\":\"unclosed-report/1\",\"findings\":[{},{\"count\":-1}]}",
		  "findings[1].count: a whole number" },
		{ "{\"schema\":\"unclosed-report/"
		  "1\",\"findings\":[{\"stack\":[{\"line\":\"x\"}]}]}",
		  "findings[0].stack[0].line: a whole number" },
		{ "{\"schema\":\"unclosed-report/1\",\"findings\":[{\"descriptors\":[{\"fd\":"
		  "4294967296}]}]}",
		  "findings[0].descriptors[0].fd: a whole number" },
		{ "{\"schema\":\"unclosed-report/"
		  "1\",\"findings\":[{\"growth\":{\"per_minute\":-1}}]}",
		  "per_minute: a number" },
		{ "{\"schema\":\"unclosed-report/1\",\"findings\":[{\"processes\":[-4]}]}",
		  "findings[0].processes: only ids" },
		{ "{\"schema\":\"unclosed-report/1\",\"session\":{\"tags\":{\"a\":1}}}",
		  "session.tags.a: a string" },
		{ "{\"schema\":\"unclosed-report/1\",\"command\":[\"a\",null]}",
		  "command: only strings" },
		{ "{\"schema\":\"unclosed-report/1\",\"complete\":0}", "complete: true or false" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report;
		char error[256];

		cr_expect_eq(read_bytes(&report, cases[i].json, error, sizeof(error)), -EPROTO,
			     "%s", cases[i].json);
		cr_expect(strncmp(error, cases[i].error, strlen(cases[i].error)) == 0 ||
				  strstr(error, cases[i].error),
			  "%s gave %s", cases[i].json, error);
		report_free(report);
	}
}

/* A report that is cut anywhere, or has any byte changed, is refused or read: never a crash. */
Test(json, damaged_reports_do_no_harm, .init = make_folder, .fini = remove_folder)
{
	struct report *report = model_make("leaky"), *copy;
	char *text = golden_render(&report_json, report, &plain), *rendered;
	size_t size = strlen(text);
	char error[256];

	for (size_t at = 0; at < size; at += 37) {
		char kept = text[at];

		text[at] = "\0{}[]\"9,-\xff"[at % 11];
		copy = report_new();
		if (report_read_json(copy, write_bytes(text, size), error, sizeof(error)) == 0) {
			rendered = golden_render(&report_text, copy, &plain);
			free(rendered);
		}
		report_free(copy);
		text[at] = '\0';
		(void)read_bytes(&copy, text, error, sizeof(error));
		report_free(copy);
		text[at] = kept;
	}
	free(text);
	report_free(report);
}

Test(json, a_missing_file_is_an_error)
{
	struct report *report = report_new();
	char error[256];

	cr_expect_eq(report_read_json(report, "/nonexistent/r.json", error, sizeof(error)),
		     -ENOENT);
	cr_expect_str_eq(error, "No such file or directory");
	report_free(report);
}
