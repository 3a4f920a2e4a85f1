/* SPDX-License-Identifier: MIT */
/* A SARIF log: the tool with its rules, how the run went, and the results. */
#include "report/ci/sarif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/location.h"
#include "report/rules.h"
#include "report/words.h"

#define SCHEMA_URI                                                            \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"
#define NOTIFICATIONS_MAX 100

static json_t *rule_properties(const struct rule *rule)
{
	json_t *properties = json_object(), *tags = json_array();
	char tag[40];

	json_append(tags, json_text("reliability"));
	/* The spelling that code hosts know. */
	(void)snprintf(tag, sizeof(tag), "external/cwe/cwe-%u", rule->cwe);
	json_append(tags, json_text(tag));
	json_add(properties, "tags", tags);
	json_add_text(properties, "precision", "very-high");
	return properties;
}

static json_t *sarif_rule(enum finding_type type)
{
	const struct rule *rule = rule_of(type);
	json_t *object = json_object(), *level = json_object();

	json_add_text(object, "id", finding_type_name(type));
	json_add_text(object, "name", rule->name);
	json_add(object, "shortDescription", sarif_message(rule->brief));
	json_add(object, "fullDescription", sarif_message(rule->full));
	json_add(object, "help", sarif_message(rule->help));
	json_add_text(level, "level", "error");
	json_add(object, "defaultConfiguration", level);
	json_add(object, "properties", rule_properties(rule));
	return object;
}

static json_t *sarif_tool(void)
{
	json_t *tool = json_object(), *driver = json_object(), *rules = json_array();

	json_add_text(driver, "name", "unclosed");
	json_add_text(driver, "version", UNCLOSED_VERSION);
	json_add_text(driver, "semanticVersion", UNCLOSED_VERSION);
	/* All of them, whatever was found: a result's ruleIndex is its type. */
	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++)
		json_append(rules, sarif_rule(type));
	json_add(driver, "rules", rules);
	json_add(tool, "driver", driver);
	return tool;
}

static json_t *sarif_notification(const char *level, const char *code, const char *text)
{
	json_t *notification = json_object(), *descriptor = json_object();

	json_add_text(notification, "level", level);
	json_add(notification, "message", sarif_message(text ? text : ""));
	json_add_text(descriptor, "id", code ? code : "note");
	json_add(notification, "descriptor", descriptor);
	return notification;
}

/* A process of which less is known than that it is clean. */
static json_t *process_notification(const struct report_process *process)
{
	bool is_running = process->end == REPORT_END_RUNNING;
	json_t *notification;
	struct words words;
	char *text;

	if (asprintf(&text, "%s%s %s%s%s%s", process->name, words_pid(&words, process->pid),
		     is_running ? "is still running and was not judged" : "was not covered",
		     !is_running && process->reason ? ": " : "",
		     !is_running && process->reason ? process->reason : "",
		     !is_running && process->remedy ? "; see its remedy in the text report" : "") <
	    0)
		abort(); /* like report_alloc() */
	notification = sarif_notification("warning", is_running ? "running" : "not-covered", text);
	free(text);
	return notification;
}

static json_t *sarif_notifications(const struct report *report)
{
	static const char *const levels[] = { [DIAGNOSTIC_NOTE] = "note",
					      [DIAGNOSTIC_WARNING] = "warning",
					      [DIAGNOSTIC_ERROR] = "error" };
	json_t *array = json_array();

	for (size_t i = 0; i < report->diagnostic_count; i++)
		json_append(array, sarif_notification(levels[report->diagnostics[i].level],
						      report->diagnostics[i].code,
						      report->diagnostics[i].text));
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (process->is_listed && json_array_size(array) < NOTIFICATIONS_MAX &&
		    (!process->is_covered || process->end == REPORT_END_RUNNING))
			json_append(array, process_notification(process));
	}
	return array;
}

static json_t *sarif_invocation(const struct report *report)
{
	json_t *invocation = json_object(), *properties = json_object(), *command = json_array();
	struct words words;

	json_add(invocation, "executionSuccessful", json_boolean(report->verdict != VERDICT_ERROR));
	json_add(invocation, "exitCode", json_integer(report->exit_status));
	if (report->started_wall_ns > 0) {
		json_add_text(invocation, "startTimeUtc",
			      words_time(&words, report->started_wall_ns));
		json_add_text(
			invocation, "endTimeUtc",
			words_time(&words, report->started_wall_ns + (int64_t)report->duration_ns));
	}
	json_add_text(invocation, "machine", report->host_name);
	if (report->cwd && !report->is_hostless)
		json_add(invocation, "workingDirectory", sarif_artifact(report->cwd));
	json_add(invocation, "toolExecutionNotifications", sarif_notifications(report));
	for (const char **word = report->command; word && *word; word++)
		json_append(command, json_text(*word));
	json_add(properties, "command", command);
	json_add(properties, "complete", json_boolean(report->is_complete));
	json_add(invocation, "properties", properties);
	return invocation;
}

/* {"SRCROOT": {"uri": "file:///srv/app/"}}: a base ends with a slash. */
static json_t *sarif_bases(const char *root)
{
	json_t *bases = json_object(), *base = json_object();
	char *uri = location_uri(root), *folder;

	if (asprintf(&folder, "%s%s", uri, uri[strlen(uri) - 1] == '/' ? "" : "/") < 0)
		abort(); /* like report_alloc() */
	json_add_text(base, "uri", folder);
	json_add(bases, SARIF_ROOT, base);
	free(folder);
	free(uri);
	return bases;
}

static json_t *sarif_run(const struct report *report, const struct report_style *style)
{
	json_t *run = json_object(), *invocations = json_array(), *results = json_array();
	const char *root = style->root ? style->root : report->project ? report->project : report->cwd;

	json_add(run, "tool", sarif_tool());
	json_append(invocations, sarif_invocation(report));
	json_add(run, "invocations", invocations);
	if (root && !report->is_hostless)
		json_add(run, "originalUriBaseIds", sarif_bases(root));
	json_add_text(run, "columnKind", "unicodeCodePoints");
	for (size_t i = 0; i < report->finding_count; i++)
		json_append(results, sarif_result(report, style, &report->findings[i]));
	/* An empty list says that nothing was found; without a list nobody has looked. */
	if (json_object_set_new(run, "results", results) < 0)
		abort();
	return run;
}

static int sarif_write(FILE *out, const struct report *report, const struct report_style *style)
{
	json_t *root = json_object(), *runs = json_array();
	int error;

	json_add_text(root, "$schema", SCHEMA_URI);
	json_add_text(root, "version", "2.1.0");
	json_append(runs, sarif_run(report, style));
	json_add(root, "runs", runs);
	error = json_write_lines(out, root);
	json_decref(root);
	return error;
}

const struct report_writer report_sarif = { .name = "SARIF", .write = sarif_write };
