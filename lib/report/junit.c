/* SPDX-License-Identifier: MIT */
/*
 * JUnit XML, the part of it that Jenkins, GitLab and their kin agree on (the
 * schema junit-10.xsd of Jenkins' xUnit plugin). A test case is a command: all
 * processes that were started by the same words, so that its name is the same in
 * the next run; and each scope, the tests of a framework that names them. A case
 * fails by each finding that counts in it: in its scope where there is one, else in
 * one of its processes. What was not covered, not judged, or still runs, is skipped:
 * it did not pass. When the run fails for something else than a finding, a case of its
 * own says so: a job that only reads this file must not take it for success.
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
	char *name;                           /* the words of the command, or of the scope */
	const char *classname;                /* the program */
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
	size_t *case_of;         /* for each process by its place; SIZE_MAX: none */
	size_t *case_of_scope;   /* for each scope by its place */
	const char *run_failure; /* why the run fails, if not for a finding */
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

static const char *class_name(const struct report_process *process)
{
	const char *slash = process ? strrchr(process->name, '/') : NULL;

	if (!process)
		return "unclosed";
	return slash && slash[1] ? slash + 1 : process->name;
}

/* The case of this name, a new one if need be. Takes `name`. Returns its place. */
static size_t case_find(struct suite *suite, char *name, const char *classname)
{
	for (size_t i = 0; i < suite->case_count; i++) {
		if (strcmp(suite->cases[i].name, name) != 0 ||
		    strcmp(suite->cases[i].classname, classname) != 0)
			continue;
		free(name);
		return i;
	}
	suite->cases[suite->case_count] =
		(struct test_case){ .name = name, .classname = classname };
	return suite->case_count++;
}

static void process_add(struct suite *suite, const struct report_process *process)
{
	size_t at = case_find(suite, command_name(process), class_name(process));
	struct test_case *test = &suite->cases[at];

	test->duration_ns += process->duration_ns;
	if (!test->skipped &&
	    (!process->is_covered || process->is_skipped || process->end == REPORT_END_RUNNING))
		test->skipped = process;
	suite->case_of[process - suite->report->processes] = at;
}

static void scope_add(struct suite *suite, size_t number)
{
	const struct report_scope *scope = &suite->report->scopes[number];
	const struct report_process *process = query_process(suite->report, scope->process);
	char *name = strdup(scope->name);
	size_t at;

	if (!name)
		abort(); /* like report_alloc() */
	at = case_find(suite, name, class_name(process));
	if (scope->ended_ns > scope->begun_ns)
		suite->cases[at].duration_ns += scope->ended_ns - scope->begun_ns;
	suite->case_of_scope[number] = at;
}

/* Finding `number` belongs to the case at `at`; told once. */
static void case_blame(struct suite *suite, size_t at, size_t number)
{
	struct test_case *test = &suite->cases[at];

	if (test->finding_count && test->findings[test->finding_count - 1] == number)
		return;
	if (!test->findings)
		test->findings = allocate(suite->report->finding_count, sizeof(size_t));
	test->findings[test->finding_count++] = number;
	test->failures += suite->report->findings[number].counted > 0;
}

/* Where it was opened in scopes, the tests fail and not the process that ran them. */
static bool finding_add_to_scopes(struct suite *suite, size_t number)
{
	const struct finding *finding = &suite->report->findings[number];
	bool is_added = false;

	for (size_t i = 0; i < finding->scope_count; i++) {
		uint32_t id = finding->scopes[i];

		if (id == 0 || id > suite->report->scope_count)
			continue;
		case_blame(suite, suite->case_of_scope[id - 1], number);
		is_added = true;
	}
	return is_added;
}

static void finding_add(struct suite *suite, size_t number)
{
	const struct finding *finding = &suite->report->findings[number];

	if (finding_add_to_scopes(suite, number))
		return;
	for (size_t i = 0; i < finding->process_count; i++) {
		const struct report_process *process =
			query_process(suite->report, finding->processes[i]);
		size_t at = process ? suite->case_of[process - suite->report->processes] : SIZE_MAX;

		if (at != SIZE_MAX)
			case_blame(suite, at, number);
	}
}

static const char *run_failure(const struct report *report)
{
	switch (report->exit_reason) {
	case REASON_UNCOVERED:
		return "not covered";
	case REASON_ERROR:
		return "unclosed failed";
	case REASON_STALE:
		return "what is known is out of date";
	default:
		return NULL;
	}
}

static void suite_make(struct suite *suite)
{
	const struct report *report = suite->report;

	suite->run_failure = run_failure(report);
	suite->failures += suite->run_failure != NULL;

	suite->cases = allocate(report->process_count + report->scope_count, sizeof(*suite->cases));
	suite->case_of = allocate(report->process_count, sizeof(*suite->case_of));
	suite->case_of_scope = allocate(report->scope_count, sizeof(*suite->case_of_scope));
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		suite->case_of[i] = SIZE_MAX;
		/* What became another program by exec is told as that one. */
		if (process->is_listed && process->end != REPORT_END_EXEC)
			process_add(suite, process);
	}
	for (size_t i = 0; i < report->scope_count; i++)
		scope_add(suite, i);
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
	free(suite->case_of_scope);
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

	if (process->is_skipped)
		text = strdup("left out by --only, --skip or --children: not judged");
	else if (process->end == REPORT_END_RUNNING && process->is_covered)
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
	(void)fputs("\n  <testcase", suite->out);
	xml_attribute(suite->out, "classname", test->classname);
	xml_attribute(suite->out, "name", test->name);
	attribute_seconds(suite->out, "time", test->duration_ns);
	(void)fputc('>', suite->out);
	failures_write(suite, test);
	if (test->failures == 0 && test->skipped)
		skipped_write(suite, test->skipped);
	others_write(suite, test);
	(void)fputs("\n  </testcase>", suite->out);
}

/* A case for the run as a whole, with what the report calls errors. */
static void run_write(struct suite *suite)
{
	const struct report *report = suite->report;

	if (!suite->run_failure)
		return;
	(void)fputs("\n  <testcase classname=\"unclosed\" name=\"the run as a whole\">"
		    "\n   <failure type=\"run\"",
		    suite->out);
	xml_attribute(suite->out, "message", suite->run_failure);
	(void)fputc('>', suite->out);
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (report->diagnostics[i].level == DIAGNOSTIC_ERROR) {
			xml_text(suite->out, report->diagnostics[i].text);
			(void)fputc('\n', suite->out);
		}
	(void)fputs("</failure>\n  </testcase>", suite->out);
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
	xml_attribute_number(suite->out, "tests", suite->case_count + (suite->run_failure ? 1 : 0));
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
	run_write(suite);
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
