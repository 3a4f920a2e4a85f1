/* SPDX-License-Identifier: MIT */
/* The JSON report: the session, the verdict and the sums, around parts of their own files. */
#include <errno.h>

#include "report/json/json.h"
#include "report/query.h"
#include "report/report.h"
#include "report/words.h"

static json_t *json_pairs(const char *const *pairs)
{
	json_t *object = json_object();

	for (; pairs && pairs[0] && pairs[1]; pairs += 2)
		json_add_text(object, pairs[0], pairs[1]);
	return object;
}

static json_t *json_tool(const struct report_style *style)
{
	json_t *tool = json_object();

	json_add_text(tool, "name", "unclosed");
	json_add_text(tool, "version", UNCLOSED_VERSION);
	if (style->libraries)
		json_add(tool, "libraries", json_pairs(style->libraries));
	json_add(tool, "options", json_pairs(style->options));
	return tool;
}

static json_t *json_session(const struct report *report)
{
	json_t *session = json_object(), *host = json_object();
	struct words words;

	json_add_text(session, "id", report->session_id);
	json_add_text(session, "started", words_time(&words, report->started_wall_ns));
	json_add_number(session, "duration_ns", report->duration_ns);
	json_add_text(host, "name", report->host_name);
	json_add_text(host, "os", report->os);
	json_add_text(host, "kernel", report->kernel);
	json_add_text(host, "arch", report->arch);
	json_add_text(host, "libc", report->libc);
	json_add(session, "host", host);
	if (!report->is_hostless) {
		json_add_text(session, "cwd", report->cwd);
		json_add_text(session, "project", report->project);
	}
	json_add_text(session, "arguments", json_arguments[report->arguments]);
	json_add(session, "tags", json_pairs(report->tags));
	return session;
}

static void add_verdict(json_t *root, const struct report *report)
{
	json_t *kinds = json_array();

	json_add_text(root, "verdict", json_verdicts[report->verdict]);
	json_add(root, "complete", json_boolean(report->is_complete));
	json_add_true(root, "live", report->is_live);
	if (report->records_lost)
		json_add_number(root, "records_lost", report->records_lost);
	json_add(root, "exit_status", json_integer(report->exit_status));
	json_add_text(root, "exit_reason", json_reasons[report->exit_reason]);
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (report->kinds & KIND_BIT(kind))
			json_append(kinds, json_text(kind_name(kind)));
	json_add(root, "kinds", kinds);
}

static void add_processes(json_t *root, const struct report *report)
{
	json_t *array = json_array(), *counts = json_object();

	/* The images between the first and the last of PROGRAM link them. */
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].is_listed ||
		    query_is_program(report, report->processes[i].id))
			json_append(array, json_process(&report->processes[i]));
	/* Always there, like the findings: readers loop over them. */
	(void)json_object_set_new(root, "processes", array);
	json_add_number(counts, "total", report->covered_count + report->uncovered_count);
	json_add_number(counts, "covered", report->covered_count);
	json_add_number(counts, "uncovered", report->uncovered_count);
	json_add_number(counts, "running", report->running_count);
	json_add_number(counts, "unchecked", report->unchecked_count);
	json_add_number(counts, "listed", json_array_size(array));
	if (report->skipped_count)
		json_add_number(counts, "skipped", report->skipped_count);
	json_add(root, "process_counts", counts);
}

static json_t *json_diagnostics(const struct report *report)
{
	static const char *const levels[] = { [DIAGNOSTIC_NOTE] = "note",
					      [DIAGNOSTIC_WARNING] = "warning",
					      [DIAGNOSTIC_ERROR] = "error" };
	json_t *array = json_array();

	for (size_t i = 0; i < report->diagnostic_count; i++) {
		const struct report_diagnostic *diagnostic = &report->diagnostics[i];
		json_t *object = json_object();

		json_add_text(object, "level", levels[diagnostic->level]);
		json_add_text(object, "code", diagnostic->code);
		json_add_text(object, "text", diagnostic->text);
		if (diagnostic->process >= 0)
			json_add(object, "process", json_integer(diagnostic->process));
		json_append(array, object);
	}
	return array;
}

/* Descriptors by kind and by type of finding; `ret_leaks` is their sum. */
static void count_findings(const struct report *report, json_t *by_kind, json_t *by_type,
			   uint64_t *ret_leaks)
{
	uint64_t kinds[KIND_COUNT] = { 0 }, types[FINDING_TYPE_COUNT] = { 0 };

	*ret_leaks = 0;
	for (size_t i = 0; i < report->finding_count; i++) {
		kinds[report->findings[i].kind] += report->findings[i].count;
		types[report->findings[i].type] += report->findings[i].count;
		*ret_leaks += report->findings[i].count;
	}
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind])
			json_add_number(by_kind, kind_name(kind), kinds[kind]);
	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++)
		if (types[type])
			json_add_number(by_type, finding_type_name(type), types[type]);
}

static json_t *json_summary(const struct report *report)
{
	json_t *summary = json_object(), *left = json_object();
	json_t *by_kind = json_object(), *by_type = json_object();
	uint64_t leaks;

	count_findings(report, by_kind, by_type, &leaks);
	json_add_number(summary, "leaks", leaks);
	json_add_number(summary, "groups", report->finding_count);
	json_add_number(summary, "counted", report->counted);
	json_add_number(summary, "suppressed", report->suppressed);
	json_add_number(summary, "baselined", report->baselined);
	json_add_number(summary, "noted", report->noted);
	json_add(summary, "by_kind", by_kind);
	json_add(summary, "by_type", by_type);
	json_add(summary, "counts", json_kinds(report->kinds_total));
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (report->left_uncounted[kind])
			json_add_number(left, kind_name(kind), report->left_uncounted[kind]);
	json_add(summary, "left_uncounted", left);
	if (report->left_standard)
		json_add_number(summary, "left_standard", report->left_standard);
	return summary;
}

static json_t *json_report(const struct report *report, const struct report_style *style)
{
	json_t *root = json_object(), *command = json_array(), *findings = json_array();

	json_add_text(root, "schema", "unclosed-report/1");
	json_add(root, "tool", json_tool(style));
	json_add(root, "session", json_session(report));
	for (const char **word = report->command; word && *word; word++)
		json_append(command, json_text(*word));
	json_add(root, "command", command);
	json_add(root, "exit", json_exit(&report->exit));
	add_verdict(root, report);
	add_processes(root, report);
	json_add_scopes(root, report);
	for (size_t i = 0; i < report->finding_count; i++)
		json_append(findings, json_finding(report, &report->findings[i]));
	(void)json_object_set_new(root, "findings", findings);
	json_add_limits(root, report);
	json_add_shards(root, report);
	json_add_known(root, report);
	json_add(root, "diagnostics", json_diagnostics(report));
	json_add(root, "summary", json_summary(report));
	return root;
}

static int json_write(FILE *out, const struct report *report, const struct report_style *style)
{
	json_t *root = json_report(report, style);
	int error;

	/* Below the objects: a report of many findings is half indentation otherwise. */
	error = json_write_lines(out, root);
	json_decref(root);
	return error;
}

const struct report_writer report_json = { .name = "JSON", .write = json_write };
