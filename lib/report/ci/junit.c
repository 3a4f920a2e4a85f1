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
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/ci/junit_cases.h"
#include "report/location.h"
#include "report/message.h"
#include "report/text/text.h"
#include "report/words.h"
#include "report/xml.h"

#define OTHERS_MAX 20

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
	xml_printed(suite->out, text);
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

/* "2 × file, never closed: store_load (store.c:10), 2 in the baseline" */
static void other_write(struct suite *suite, const struct finding *finding)
{
	char *title = message_title(finding);
	char *place = message_place(location_frame(suite->report, suite->style->root, finding));

	(void)fputc('\n', suite->out);
	xml_text(suite->out, title);
	if (place) {
		(void)fputs(": ", suite->out);
		xml_text(suite->out, place);
	}
	if (finding->suppressed)
		(void)fprintf(suite->out, ", %" PRIu64 " suppressed", finding->suppressed);
	if (finding->baselined)
		(void)fprintf(suite->out, ", %" PRIu64 " in the baseline", finding->baselined);
	if (finding->noted) {
		(void)fprintf(suite->out, ", %" PRIu64 " not counted", finding->noted);
		if (finding->note_reason) {
			(void)fputs(": ", suite->out);
			xml_text(suite->out, finding->note_reason);
		}
	}
	free(place);
	free(title);
}

/*
 * What is known, or shown only: it does not fail, and is told all the same, in a line. In
 * an old code base these are hundreds, and each test case has them again.
 */
static void others_write(struct suite *suite, const struct test_case *test)
{
	size_t told = 0, count = test->finding_count - test->failures;

	if (count == 0)
		return;
	(void)fputs("\n   <system-out>", suite->out);
	for (size_t i = 0; i < test->finding_count && told < OTHERS_MAX; i++) {
		if (suite->report->findings[test->findings[i]].counted > 0)
			continue;
		other_write(suite, &suite->report->findings[test->findings[i]]);
		told++;
	}
	if (count > told)
		(void)fprintf(suite->out, "\nand %zu more", count - told);
	(void)fputs("\n</system-out>", suite->out);
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
