/* SPDX-License-Identifier: MIT */
/* A finding as a result of a SARIF log. */
#include <stdlib.h>
#include <string.h>

#include "report/location.h"
#include "report/message.h"
#include "report/print.h"
#include "report/ci/sarif.h"
#include "report/words.h"

/* What every part of a result needs. */
struct origin {
	const struct report *report;
	const char *root;
};

/* A source file, relative to the root when below it. */
static json_t *artifact_of(const struct origin *origin, const char *file)
{
	bool is_below;
	char *path = location_path(origin->report, origin->root, file, &is_below);
	json_t *artifact = sarif_artifact(path);

	if (is_below)
		json_add_text(artifact, "uriBaseId", SARIF_ROOT);
	free(path);
	return artifact;
}

static json_t *region_of(const struct report_frame *frame)
{
	json_t *region = json_object();

	json_add_number(region, "startLine", frame->line);
	if (frame->source)
		json_add(region, "snippet", sarif_snippet(frame->source));
	return region;
}

/* Without debug information: the module and the address in it. */
static json_t *address_of(const struct report_frame *frame)
{
	json_t *address = json_object();

	if (frame->offset <= INT64_MAX)
		json_add_number(address, frame->module ? "relativeAddress" : "absoluteAddress",
				frame->offset);
	return address;
}

static json_t *physical_of(const struct origin *origin, const struct report_frame *frame)
{
	json_t *physical = json_object();

	if (location_is_file(frame)) {
		json_add(physical, "artifactLocation", artifact_of(origin, frame->file));
		if (frame->line)
			json_add(physical, "region", region_of(frame));
		return physical;
	}
	if (frame->module)
		json_add(physical, "artifactLocation", artifact_of(origin, frame->module));
	json_add(physical, "address", address_of(frame));
	return physical;
}

/* A name that is shown to people. */
static void add_escaped(json_t *object, const char *key, const char *text)
{
	char *clean = text_escape(text);

	json_add_text(object, key, clean);
	free(clean);
}

static json_t *sarif_location(const struct origin *origin, const struct report_frame *frame,
			      const char *text)
{
	json_t *location = json_object(), *logicals = json_array(), *logical = json_object();

	json_add(location, "physicalLocation", physical_of(origin, frame));
	if (frame->function)
		add_escaped(logical, "fullyQualifiedName", frame->function);
	json_add_text(logical, "decoratedName", frame->linkage_name);
	if (frame->function) {
		json_add_text(logical, "kind", "function");
		json_append(logicals, logical);
	} else {
		json_decref(logical);
	}
	json_add(location, "logicalLocations", logicals);
	if (text)
		json_add(location, "message", sarif_message(text));
	return location;
}

static json_t *sarif_stack(const struct origin *origin, const struct report_stack *stack,
			   uint32_t tid, const char *text)
{
	json_t *object = json_object(), *frames = json_array();

	for (size_t i = 0; i < stack->frame_count; i++) {
		json_t *frame = json_object();

		json_add(frame, "location", sarif_location(origin, &stack->frames[i], NULL));
		json_add_text(frame, "module", stack->frames[i].module);
		if (tid)
			json_add_number(frame, "threadId", tid);
		json_append(frames, frame);
	}
	json_add(object, "message", sarif_message(text));
	/* An empty list, too: a stack without frames says so. */
	if (json_object_set_new(object, "frames", frames) < 0)
		abort();
	return object;
}

static json_t *sarif_stacks(const struct origin *origin, const struct finding *finding)
{
	json_t *stacks = json_array();
	const char *what = finding->type == FINDING_LEAK || finding->type == FINDING_CLOSED_BY_GC
				   ? "opened"
				   : "found";

	if (finding->stack.frame_count)
		json_append(stacks, sarif_stack(origin, &finding->stack, 0, what));
	for (size_t i = 0; i < finding->related_count; i++) {
		const struct report_related *related = &finding->related[i];
		char *text = message_related(related);

		if (related->stack.frame_count)
			json_append(stacks,
				    sarif_stack(origin, &related->stack, related->tid, text));
		free(text);
	}
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].stack.frame_count)
			json_append(stacks, sarif_stack(origin, &finding->evidence[i].stack, 0,
							finding->evidence[i].text
								? finding->evidence[i].text
								: "evidence"));
	return stacks;
}

/* The way to the call, from the outermost function inwards: viewers step through it. */
static json_t *sarif_flows(const struct origin *origin, const struct finding *finding)
{
	json_t *flows = json_array(), *flow = json_object();
	json_t *threads = json_array(), *thread = json_object(), *steps = json_array();

	for (size_t i = finding->stack.frame_count; i-- > 0;) {
		const struct report_frame *frame = &finding->stack.frames[i];
		json_t *step;

		if (!location_is_file(frame) || frame->line == 0 || frame->is_runtime)
			continue;
		step = json_object();
		json_add(step, "location",
			 sarif_location(origin, frame, frame->function ? frame->function : "?"));
		json_append(steps, step);
	}
	/* A way of one step is the location once more. */
	if (json_array_size(steps) > 1) {
		json_add(thread, "locations", steps);
		json_append(threads, thread);
		json_add(flow, "threadFlows", threads);
		json_append(flows, flow);
	} else {
		json_decref(steps);
		json_decref(thread);
		json_decref(threads);
		json_decref(flow);
	}
	return flows;
}

static json_t *sarif_related(const struct origin *origin, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->related_count; i++) {
		const struct report_related *related = &finding->related[i];
		const struct report_frame *frame =
			location_in_stack(origin->report, origin->root, &related->stack);
		char *text = message_related(related);
		json_t *location;

		if (frame) {
			location = sarif_location(origin, frame, text);
			json_add_number(location, "id", json_array_size(array) + 1);
			json_append(array, location);
		}
		free(text);
	}
	return array;
}

static json_t *sarif_suppression(const char *justification)
{
	json_t *suppression = json_object();

	json_add_text(suppression, "kind", "external");
	json_add_text(suppression, "status", "accepted");
	json_add_text(suppression, "justification", justification);
	return suppression;
}

/* The rules that took it out of the count, by what they were written for. */
static void add_suppressions(json_t *suppressions, const struct report *report,
			     const struct finding *finding)
{
	for (size_t i = 0; i < finding->suppressed_by_count; i++) {
		size_t number = finding->suppressed_by[i].suppression;
		const struct report_suppression *rule = &report->suppressions[number];

		if (number < report->suppression_count)
			json_append(suppressions,
				    sarif_suppression(rule->reason ? rule->reason : rule->rule));
	}
	if (finding->suppressed && json_array_size(suppressions) == 0)
		json_append(suppressions, sarif_suppression("suppressed by a rule"));
	if (finding->baselined)
		json_append(suppressions, sarif_suppression("in the baseline"));
}

/* Known ones stay in the log, marked: a code host would take them for fixed else. */
static void add_standing(json_t *result, const struct report *report, const struct finding *finding)
{
	static const char *const words[BASELINE_STATE_COUNT] = {
		[BASELINE_NEW] = "new", [BASELINE_KNOWN] = "unchanged", [BASELINE_MORE] = "updated"
	};
	json_t *suppressions = json_array();

	if (message_is_known(finding))
		add_suppressions(suppressions, report, finding);
	/* The empty list: looked at, and not suppressed. */
	if (json_object_set_new(result, "suppressions", suppressions) < 0)
		abort();
	json_add_text(result, "baselineState", words[finding->baseline]);
}

static json_t *sarif_properties(const struct finding *finding)
{
	json_t *properties = json_object();

	json_add_text(properties, "kind", kind_name(finding->kind));
	json_add_text(properties, "role", finding_role_name(finding->role));
	json_add_text(properties, "call", finding->call);
	json_add(properties, "proven", json_boolean(finding->is_proven));
	json_add(properties, "stable", json_boolean(finding->is_stable));
	json_add_number(properties, "counted", finding->counted);
	json_add_number(properties, "suppressed", finding->suppressed);
	json_add_number(properties, "baselined", finding->baselined);
	json_add_number(properties, "noted", finding->noted);
	return properties;
}

static void add_location(json_t *result, const struct origin *origin, const struct finding *finding)
{
	const struct report_frame *frame = location_frame(origin->report, origin->root, finding);
	json_t *locations = json_array();

	if (!frame && finding->stack.frame_count)
		frame = &finding->stack.frames[0];
	if (frame)
		json_append(locations, sarif_location(origin, frame, NULL));
	json_add(result, "locations", locations);
}

json_t *sarif_result(const struct report *report, const struct report_style *style,
		     const struct finding *finding)
{
	const struct origin origin = { .report = report, .root = style->root };
	json_t *result = json_object(), *fingerprints = json_object();
	bool is_noted = finding->counted == 0 && !message_is_known(finding);
	char *text = message_text(report, finding);

	json_add_text(result, "ruleId", finding_type_name(finding->type));
	json_add_number(result, "ruleIndex", finding->type);
	json_add_text(result, "level", is_noted ? "note" : "error");
	json_add(result, "message", sarif_message(text));
	add_location(result, &origin, finding);
	json_add_text(fingerprints, "place/1", finding->fingerprint);
	json_add_text(fingerprints, "place/2", finding->fingerprint_2);
	json_add(result, "partialFingerprints", fingerprints);
	if (finding->count > 0)
		json_add_number(result, "occurrenceCount", finding->count);
	json_add(result, "stacks", sarif_stacks(&origin, finding));
	json_add(result, "codeFlows", sarif_flows(&origin, finding));
	json_add(result, "relatedLocations", sarif_related(&origin, finding));
	add_standing(result, report, finding);
	json_add(result, "properties", sarif_properties(finding));
	free(text);
	return result;
}
