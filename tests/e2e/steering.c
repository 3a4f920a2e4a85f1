/* SPDX-License-Identifier: MIT */
/*
 * What a program, or a report of somebody else, names does not steer who reads it: no format has a
 * control character, one that turns text around, or what a CI service takes for a command.
 */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fixtures/steering.h"
#include "watch.h"

TestSuite(steering, .init = run_init, .fini = run_fini);

/* Decodes what json_loads() has taken for UTF-8, and nothing else. */
static uint32_t code_at(const unsigned char *at, size_t *ret_length)
{
	size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	uint32_t code = length == 1 ? at[0] : at[0] & (0xffu >> (length + 1));

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (at[i] & 0x3f);
	*ret_length = length;
	return code;
}

static bool is_steering(uint32_t code)
{
	static const uint32_t ranges[][2] = { { 0x00, 0x09 },     { 0x0b, 0x1f },
					      { 0x7f, 0x9f },     { 0x61c, 0x61c },
					      { 0x200b, 0x200f }, { 0x2028, 0x202e },
					      { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
					      { 0xfffe, 0xffff }, { 0xe0000, 0xe007f } };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

static bool is_utf8(const char *bytes, size_t length)
{
	json_t *value = json_stringn(bytes, length);
	bool is_valid = value != NULL;

	json_decref(value);
	return is_valid;
}

static bool is_ours(const char *line)
{
	return strncmp(line, "::error file=", 13) == 0 ||
	       strncmp(line, "::error title=", 14) == 0 ||
	       strncmp(line, "::warning title=", 16) == 0;
}

static void line_check(const char *line, const char *what)
{
	const char *at = line;

	while (*at == ' ' || (*at & 0x80))
		at++;
	cr_expect(is_ours(line) || at[0] != ':' || at[1] != ':' || !isalpha((unsigned char)at[2]),
		  "%s: %s", what, line);
	for (at = line; (at = strstr(at, "##")); at++) {
		const char *end = at + 2;

		while (isalpha((unsigned char)*end))
			end++;
		cr_expect_neq(*end, '[', "%s: %s", what, line);
	}
	cr_expect(!strstr(line, " ::error::") && !strstr(line, " ::set-output"), "%s: %s", what,
		  line);
}

static void bytes_check(const char *bytes, size_t length, const char *what)
{
	char *copy = run_keep(strndup(bytes, length)), *rest = copy;

	cr_expect_eq(strlen(copy), length, "%s: a zero byte", what);
	cr_assert(is_utf8(bytes, length), "%s: not UTF-8", what);
	for (size_t i = 0, step; i < length; i += step) {
		uint32_t code = code_at((const unsigned char *)bytes + i, &step);

		cr_assert(!is_steering(code), "%s: U+%04X in %.80s", what, code,
			  bytes + (i < 40 ? 0 : i - 40));
	}
	for (char *line; (line = strsep(&rest, "\n"));)
		line_check(line, what);
}

static const char *const files[] = { "r.json", "r.sarif", "r.xml", "r.md",
				     "r.supp", "r.txt",   "r.base" };

static void files_check(const char *what)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t length;
		char *bytes = run_read(run_path(files[i]), &length);

		if (strcmp(files[i], "r.base") != 0)
			cr_assert_not_null(bytes, "%s: %s", what, files[i]);
		if (bytes)
			bytes_check(bytes, length, run_format("%s: %s", what, files[i]));
		(void)unlink(run_path(files[i]));
	}
}

static void run_check(const struct run *run, const char *what)
{
	bytes_check(run->out, run->out_length, run_format("%s: stdout", what));
	bytes_check(run->err, run->err_length, run_format("%s: stderr", what));
}

#define ALL_FORMATS                                                              \
	"--json", run_path("r.json"), "--sarif", run_path("r.sarif"), "--junit", \
		run_path("r.xml"), "--summary", run_path("r.md"), "--github",    \
		run_format("--print-suppressions=%s", run_path("r.supp"))

static const char *folder_make(void)
{
	struct run run = RUN("mkdir", run_path("f"));

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	return run_path("f");
}

static void program_check(const char *program, const char *arguments, const char *locale)
{
	const struct run_options with = { .environment = RUN_ARGV(locale) };
	struct run run;

	run = RUN_WITH(with, UNCLOSED_PROGRAM, "-v", "-k", "all", "--arguments", arguments,
		       ALL_FORMATS, program, run_path("f"));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "31mred"), "%s", run.err);
	run_check(&run, arguments);
	run = RUN_WITH(with, UNCLOSED_PROGRAM, "-k", "all", "-o", run_path("r.txt"), "--baseline",
		       run_path("r.base"), "--update-baseline", program, run_path("f"));
	run_check(&run, arguments);
	files_check(arguments);
}

Test(steering, names_of_a_program)
{
	(void)folder_make();
	program_check(FIXTURE("steering"), "full", "LC_ALL=C.UTF-8");
	program_check(FIXTURE("steering_stripped"), "full", "LC_ALL=C.UTF-8");
	program_check(FIXTURE("steering_stripped"), "names", "LC_ALL=C");
}

/* A parser gets what the program has said, but for what is no text. */
Test(steering, json_says_what_it_was)
{
	struct watched watched;
	bool is_found = false;
	json_t *process;
	size_t i;

	watched = WATCH(FIXTURE("steering"), folder_make());
	json_array_foreach(report_at(watched.report, "processes"), i, process) is_found |=
		strcmp(report_text(process, "argv/0"), steering[1]) == 0;
	cr_expect(is_found, "%s", watched.run.err);
}

/* A report of somebody else */

/* Every text of it says something else. */
static json_t *spoil(json_t *value, const char *text, bool is_key_kept)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_string(value) && !is_key_kept)
		return json_sprintf("%s%s", text, json_string_value(value));
	if (json_is_array(value)) {
		json_t *array = json_array();

		json_array_foreach(value, i, item)
		{
			cr_assert_eq(json_array_append_new(array, spoil(item, text, false)), 0);
		}
		return array;
	}
	if (json_is_object(value)) {
		json_t *object = json_object();

		json_object_foreach(value, key, item)
		{
			bool is_kept = strcmp(key, "schema") == 0 || strcmp(key, "place/1") == 0 ||
				       strcmp(key, "fingerprint") == 0;

			cr_assert_eq(json_object_set_new(object, key, spoil(item, text, is_kept)),
				     0);
		}
		return object;
	}
	return json_incref(value);
}

static void report_check(const char *path)
{
	struct run run;

	run = RUN(UNCLOSED_PROGRAM, "report", "-v", ALL_FORMATS, path);
	run_check(&run, "report");
	run = RUN(UNCLOSED_PROGRAM, "report", "-o", run_path("r.txt"), path);
	run_check(&run, "report");
	files_check("report");
	run = RUN(UNCLOSED_PROGRAM, "diff", run_path("none.json"), path);
	run_check(&run, "diff");
	run = RUN(UNCLOSED_PROGRAM, "diff", path, run_path("none.json"));
	run_check(&run, "diff");
	run = RUN(UNCLOSED_PROGRAM, "merge", "-v", "-o", run_path("r.txt"), ALL_FORMATS, path,
		  run_path("none.json"));
	run_check(&run, "merge");
	files_check("merge");
	run = RUN(UNCLOSED_PROGRAM, "--baseline", path, FIXTURE("leak"));
	run_check(&run, "baseline");
}

Test(steering, report_of_somebody_else)
{
	const char *path = run_path("foreign.json"), *none = run_path("none.json");
	json_t *report;

	report = WATCH("-k", "all", "-v", FIXTURE("steering_stripped"), folder_make()).report;
	cr_assert_eq(json_dump_file(report, none, 0), 0);
	for (size_t i = 0; i < STEERING_COUNT; i++) {
		json_t *spoilt;

		if (!is_utf8(steering[i], strlen(steering[i])))
			continue; /* no JSON */
		spoilt = spoil(report, steering[i], false);
		cr_assert_eq(json_dump_file(spoilt, path, 0), 0);
		json_decref(spoilt);
		report_check(path);
	}
}

/* Lines of errors, which tell what the command line and files say. */
Test(steering, errors)
{
	for (size_t i = 0; i < STEERING_COUNT; i++) {
		const char *const commands[][5] = {
			{ UNCLOSED_PROGRAM, steering[i], NULL },
			{ UNCLOSED_PROGRAM, "report", steering[i], NULL },
			{ UNCLOSED_PROGRAM, "check", steering[i], NULL },
			{ UNCLOSED_PROGRAM, "--suppressions", steering[i], "true", NULL },
			{ UNCLOSED_PROGRAM, "--json", run_format("/dev/null/%s", steering[i]),
			  "true", NULL },
		};

		for (size_t j = 0; j < sizeof(commands) / sizeof(commands[0]); j++) {
			struct run_child child = run_start(&(struct run_options){ 0 }, commands[j]);
			struct run run = run_finish(&child);

			run_check(&run, commands[j][1]);
		}
	}
}
