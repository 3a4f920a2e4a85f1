/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

struct watched watch_command(const struct run_options *options, const char *const argv[])
{
	static unsigned int count;
	const char *path = run_path(run_format("report-%u.json", count++));
	/* Processes are found by their arguments (report_process). */
	const char *words[WORDS_MAX] = { UNCLOSED_PROGRAM, "run",	 "--json", path,
					 "--arguments",	   "full" };
	struct watched watched;
	struct run_child child;

	for (size_t i = 0; argv[i]; i++) {
		cr_assert_lt(i + 7, WORDS_MAX);
		words[6 + i] = argv[i];
	}
	child = run_start(options, words);
	watched.run = run_finish(&child);
	watched.report = json_load_file(path, 0, NULL);
	return watched;
}

json_t *report_load(const char *path)
{
	json_error_t error;
	json_t *report = json_load_file(path, 0, &error);

	cr_assert_not_null(report, "%s: %s", path, error.text);
	return report;
}

json_t *report_at(json_t *value, const char *path)
{
	char key[64];
	int length;

	for (; value && *path; path += length + (path[length] == '/')) {
		length = (int)strcspn(path, "/");
		(void)snprintf(key, sizeof(key), "%.*s", length, path);
		value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10)) :
					       json_object_get(value, key);
	}
	return value;
}

const char *report_text(json_t *value, const char *path)
{
	const char *text = json_string_value(report_at(value, path));

	return text ? text : "";
}

long long report_number(json_t *value, const char *path)
{
	json_t *number = report_at(value, path);

	return json_is_integer(number) ? json_integer_value(number) : -1;
}

const char *report_symbol(json_t *finding)
{
	return report_at(finding, "symbol") ? report_text(finding, "symbol")
					    : report_text(finding, "call");
}

static bool is_finding(json_t *finding, const char *call, const char *kind)
{
	if (strcmp(report_text(finding, "type"), "exec-inherited") == 0)
		return false; /* told beside a leak of the same call; crossings.c looks at them */
	return (!call || strcmp(report_text(finding, "call"), call) == 0 ||
		strcmp(report_text(finding, "symbol"), call) == 0) &&
	       (!kind || strcmp(report_text(finding, "kind"), kind) == 0);
}

json_t *report_finding(json_t *report, const char *call, const char *kind)
{
	json_t *finding;
	size_t i;

	json_array_foreach (report_at(report, "findings"), i, finding)
		if (is_finding(finding, call, kind))
			return finding;
	return NULL;
}

long long report_count(json_t *report, const char *call, const char *kind)
{
	long long count = 0;
	json_t *finding;
	size_t i;

	json_array_foreach (report_at(report, "findings"), i, finding)
		if (is_finding(finding, call, kind))
			count += report_number(finding, "count");
	return count;
}

json_t *report_process(json_t *report, const char *word)
{
	json_t *process, *argument;
	size_t i, j;

	json_array_foreach (report_at(report, "processes"), i, process)
		json_array_foreach (report_at(process, "argv"), j, argument)
			if (strcmp(json_string_value(argument), word) == 0)
				return process;
	return NULL;
}

bool expectation_next(const char **text, struct expectation *ret_expectation)
{
	struct expectation *at = ret_expectation;
	const char *line = strstr(*text, "expect ");

	if (!line || sscanf(line, "expect %31s %15s %d %255s %d", at->call, at->kind, &at->fd,
			    at->file, &at->line) != 5)
		return false;
	*text = line + strcspn(line, "\n");
	return true;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool has_descriptor(json_t *finding, int fd)
{
	json_t *descriptor;
	size_t i;

	json_array_foreach (report_at(finding, "descriptors"), i, descriptor)
		if (report_number(descriptor, "fd") == fd)
			return true;
	return false;
}

void expectation_check(const struct expectation *at, json_t *report)
{
	json_t *finding;
	size_t i;

	json_array_foreach (report_at(report, "findings"), i, finding)
		if (is_finding(finding, at->call, at->kind) && has_descriptor(finding, at->fd) &&
		    report_number(finding, "stack/0/line") == at->line &&
		    strcmp(last_name(report_text(finding, "stack/0/file")),
			   last_name(at->file)) == 0)
			return;
	cr_assert_fail("no finding of %s %s, descriptor %d, opened at %s:%d; there are: %s", at->call,
		 at->kind, at->fd, at->file, at->line,
		 json_dumps(report_at(report, "findings"), JSON_INDENT(1)));
}

unsigned int expectations_check(const struct watched *watched)
{
	const char *text = watched->run.out;
	struct expectation expectation;
	unsigned int count = 0;

	cr_assert_not_null(watched->report, "no report; stderr:\n%s", watched->run.err);
	for (; expectation_next(&text, &expectation); count++)
		expectation_check(&expectation, watched->report);
	cr_assert_eq(report_count(watched->report, NULL, NULL), count,
		     "expected %u descriptors, the report has: %s", count,
		     json_dumps(report_at(watched->report, "findings"), JSON_INDENT(1)));
	return count;
}
