/* SPDX-License-Identifier: MIT */
/*
 * JUnit XML, the part of it that Jenkins, GitLab and their kin agree on (the
 * schema junit-10.xsd of Jenkins' xUnit plugin). A test case is a command: all
 * processes that were started by the same words, so that its name is the same in
 * the next run. It fails by each finding that counts in one of them; what was
 * not covered, or still runs, is skipped: it did not pass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/message.h"
#include "report/text.h"
#include "report/words.h"
#include "report/xml.h"

#define NAME_MAX_BYTES 200

struct test_case {
	char *name;                           /* the words of the command */
	const struct report_process *first;   /* of its processes */
	const struct report_process *skipped; /* one of which not all is known, or NULL */
	uint64_t duration_ns;                 /* of all of them */
	size_t *findings;                     /* places of those that one of them has */
	size_t finding_count;
	uint64_t failures;
};

struct suite {
	const struct report *report;
	const struct report_style *style;
	FILE *out;
	struct test_case *cases;
	size_t case_count;
	size_t *case_of; /* for each process by its place; SIZE_MAX: none */
	uint64_t failures, skipped;
};

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort(); /* like report_alloc() */
	return memory;
}

static char *command_name(const struct report_process *process)
{
	char *name = allocate(NAME_MAX_BYTES, 1);
	size_t used = 0;

	for (size_t i = 0; i < process->argc && used < NAME_MAX_BYTES; i++)
		used += (size_t)snprintf(name + used, NAME_MAX_BYTES - used, "%s%s", i ? " " : "",
					 process->argv[i]);
	if (used == 0)
		(void)snprintf(name, NAME_MAX_BYTES, "%s", process->name);
	return name;
}

static size_t case_find(const struct suite *suite, const char *name)
{
	for (size_t i = 0; i < suite->case_count; i++)
		if (strcmp(suite->cases[i].name, name) == 0)
			return i;
	return suite->case_count;
}

static void process_add(struct suite *suite, const struct report_process *process)
{
	char *name = command_name(process);
	size_t at = case_find(suite, name);
	struct test_case *test = &suite->cases[at];

	if (at == suite->case_count) {
		*test = (struct test_case){ .name = name, .first = process };
		suite->case_count++;
	} else {
		free(name);
	}
	test->duration_ns += process->duration_ns;
	if (!test->skipped && (!process->is_covered || process->end == REPORT_END_RUNNING))
		test->skipped = process;
	suite->case_of[process - suite->report->processes] = at;
}

static void finding_add(struct suite *suite, size_t number)
{
	const struct finding *finding = &suite->report->findings[number];

	for (size_t i = 0; i < finding->process_count; i++) {
		const struct report_process *process =
			query_process(suite->report, finding->processes[i]);
		size_t at = process ? suite->case_of[process - suite->report->processes] : SIZE_MAX;
		struct test_case *test = &suite->cases[at];

		if (at == SIZE_MAX ||
		    (test->finding_count && test->findings[test->finding_count - 1] == number))
			continue;
		if (!test->findings)
			test->findings = allocate(suite->report->finding_count, sizeof(size_t));
		test->findings[test->finding_count++] = number;
		test->failures += finding->counted > 0;
	}
}

static void suite_make(struct suite *suite)
{
	const struct report *report = suite->report;

	suite->cases = allocate(report->process_count, sizeof(*suite->cases));
	suite->case_of = allocate(report->process_count, sizeof(*suite->case_of));
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		suite->case_of[i] = SIZE_MAX;
		/* What became another program by exec is told as that one. */
		if (process->is_listed && process->end != REPORT_END_EXEC)
			process_add(suite, process);
	}
	for (size_t i = 0; i < report->finding_count; i++)
		finding_add(suite, i);
	for (size_t i = 0; i < suite->case_count; i++) {
		suite->failures += suite->cases[i].failures > 0;
		suite->skipped += suite->cases[i].failures == 0 && suite->cases[i].skipped;
	}
}

static void suite_free(struct suite *suite)
{
	for (size_t i = 0; i < suite->case_count; i++) {
		free(suite->cases[i].name);
		free(suite->cases[i].findings);
	}
	free(suite->cases);
	free(suite->case_of);
}

static void attribute_seconds(FILE *out, const char *name, uint64_t ns)
{
	(void)fprintf(out, " %s=\"%llu.%03llu\"", name, (unsigned long long)(ns / 1000000000),
		      (unsigned long long)(ns / 1000000 % 1000));
}

/* As the text report has it. */
static void finding_write(struct suite *suite, const struct finding *finding)
{
	struct report_style style = { .is_utf8 = true, .is_verbose = suite->style->is_verbose };
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	const struct printer printer = { .out = memory, .style = &style };

	if (!memory)
		abort(); /* like report_alloc() */
	text_finding(&printer, suite->report, finding);
	if (fclose(memory) != 0)
		abort();
	xml_text(suite->out, text);
	free(text);
}

static void failures_write(struct suite *suite, const struct test_case *test)
{
	for (size_t i = 0; i < test->finding_count; i++) {
		const struct finding *finding = &suite->report->findings[test->findings[i]];
		char *title;

		if (finding->counted == 0)
			continue;
		title = message_title(finding);
		(void)fputs("\n   <failure", suite->out);
		xml_attribute(suite->out, "type", finding_type_name(finding->type));
		xml_attribute(suite->out, "message", title);
		(void)fputc('>', suite->out);
		finding_write(suite, finding);
		(void)fputs("</failure>", suite->out);
		free(title);
	}
}

static void skipped_write(struct suite *suite, const struct report_process *process)
{
	const char *reason = process->reason ? process->reason : "reason not known";
	char *text;

	if (process->end == REPORT_END_RUNNING && process->is_covered)
		text = strdup("still running, not judged");
	else if (asprintf(&text, "not covered: %s%s%s", reason, process->remedy ? "; " : "",
			  process->remedy ? process->remedy : "") < 0)
		text = NULL;
	if (!text)
		abort(); /* like report_alloc() */
	(void)fputs("\n   <skipped", suite->out);
	xml_attribute(suite->out, "message", text);
	(void)fputs("/>", suite->out);
	free(text);
}

/* What is known, or shown only: it does not fail, and is told all the same. */
static void others_write(struct suite *suite, const struct test_case *test)
{
	if (test->finding_count == test->failures)
		return;
	(void)fputs("\n   <system-out>", suite->out);
	for (size_t i = 0; i < test->finding_count; i++)
		if (suite->report->findings[test->findings[i]].counted == 0)
			finding_write(suite, &suite->report->findings[test->findings[i]]);
	(void)fputs("</system-out>", suite->out);
}

static void case_write(struct suite *suite, const struct test_case *test)
{
	const char *name = test->first->name, *slash = strrchr(name, '/');

	(void)fputs("\n  <testcase", suite->out);
	xml_attribute(suite->out, "classname", slash && slash[1] ? slash + 1 : name);
	xml_attribute(suite->out, "name", test->name);
	attribute_seconds(suite->out, "time", test->duration_ns);
	(void)fputc('>', suite->out);
	failures_write(suite, test);
	if (test->failures == 0 && test->skipped)
		skipped_write(suite, test->skipped);
	others_write(suite, test);
	(void)fputs("\n  </testcase>", suite->out);
}

static void property_write(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	(void)fputs("\n   <property", out);
	xml_attribute(out, "name", name);
	xml_attribute(out, "value", value);
	(void)fputs("/>", out);
}

static void properties_write(FILE *out, const struct report *report)
{
	char processes[64];

	(void)snprintf(processes, sizeof(processes), "%zu of %zu", report->covered_count,
		       report->covered_count + report->uncovered_count);
	(void)fputs("\n  <properties>", out);
	property_write(out, "tool", "unclosed " UNCLOSED_VERSION);
	property_write(out, "session", report->session_id);
	property_write(out, "processes covered", processes);
	property_write(out, "complete", report->is_complete ? "yes" : "no");
	for (const char **tag = report->tags; tag && tag[0] && tag[1]; tag += 2)
		property_write(out, tag[0], tag[1]);
	(void)fputs("\n  </properties>", out);
}

static void totals_write(const struct suite *suite)
{
	xml_attribute_number(suite->out, "tests", suite->case_count);
	xml_attribute_number(suite->out, "failures", suite->failures);
	xml_attribute_number(suite->out, "errors", 0);
}

static void suite_write(struct suite *suite)
{
	const struct report *report = suite->report;
	struct words words;
	const char *time = words_time(&words, report->started_wall_ns);
	const char *command = report->command && report->command[0] ? report->command[0] : "";

	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"unclosed\"",
		    suite->out);
	totals_write(suite);
	attribute_seconds(suite->out, "time", report->duration_ns);
	(void)fputs(">\n <testsuite", suite->out);
	xml_attribute(suite->out, "name", command[0] ? command : "unclosed");
	totals_write(suite);
	xml_attribute_number(suite->out, "skipped", suite->skipped);
	attribute_seconds(suite->out, "time", report->duration_ns);
	if (time)
		(void)fprintf(suite->out, " timestamp=\"%.19s\"", time);
	xml_attribute(suite->out, "hostname", report->host_name);
	(void)fputc('>', suite->out);
	properties_write(suite->out, report);
	for (size_t i = 0; i < suite->case_count; i++)
		case_write(suite, &suite->cases[i]);
	(void)fputs("\n </testsuite>\n</testsuites>\n", suite->out);
}

static int junit_write(FILE *out, const struct report *report, const struct report_style *style)
{
	struct suite suite = { .report = report, .style = style, .out = out };

	suite_make(&suite);
	suite_write(&suite);
	suite_free(&suite);
	return ferror(out) ? -EIO : 0;
}

const struct report_writer report_junit = { .name = "JUnit", .write = junit_write };
