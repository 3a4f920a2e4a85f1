/* SPDX-License-Identifier: MIT */
/* A finding for the JSON report: its counts, stacks, descriptors and evidence. */
#include "report/json/json.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/words.h"

/* A number of 64 bits that is no count: most readers of JSON have only 53. */
static void add_offset(json_t *object, uint64_t offset)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "0x%" PRIx64, offset);
	json_add_text(object, "offset", text);
}

static json_t *json_stack(const struct report_stack *stack)
{
	json_t *array = json_array();

	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		json_t *object = json_object();

		json_add_text(object, "function", frame->function);
		json_add_text(object, "linkage_name", frame->linkage_name);
		json_add_text(object, "file", frame->file);
		if (frame->line)
			json_add_number(object, "line", frame->line);
		json_add_true(object, "line_of_function", frame->is_line_of_function);
		json_add_text(object, "source", frame->source);
		json_add_text(object, "module", frame->module);
		json_add_text(object, "build_id", frame->build_id);
		if (frame->module || frame->offset)
			add_offset(object, frame->offset);
		json_add(object, "inlined", json_boolean(frame->is_inlined));
		json_add_true(object, "runtime", frame->is_runtime);
		json_add_true(object, "library", frame->is_library);
		json_add_true(object, "foreign", frame->is_foreign);
		json_add_text(object, "language", frame->language);
		json_append(array, object);
	}
	return array;
}

void json_add_stack(json_t *object, const struct report_stack *stack)
{
	json_add(object, "stack", json_stack(stack));
	json_add_true(object, "stack_truncated", stack->is_truncated);
}

static void add_thread(json_t *object, uint32_t tid)
{
	json_t *thread;

	if (tid == 0)
		return;
	thread = json_object();
	json_add_number(thread, "tid", tid);
	json_add(object, "thread", thread);
}

static void add_opener(json_t *object, const struct report_descriptor *descriptor)
{
	json_t *thread;

	if (descriptor->tid == 0)
		return;
	thread = json_object();
	json_add_number(thread, "tid", descriptor->tid);
	json_add_text(thread, "name", descriptor->thread_name);
	json_add_true(thread, "ended", descriptor->is_thread_ended);
	json_add(object, "thread", thread);
}

static json_t *json_other_end(const struct report_descriptor *descriptor)
{
	json_t *object = json_object();

	json_add(object, "fd", json_integer(descriptor->other_end));
	json_add(object, "open", json_boolean(descriptor->is_other_end_open));
	return object;
}

/* What only some kinds have. */
static void add_kind_facts(json_t *object, const struct report_descriptor *descriptor)
{
	json_add_true(object, "deleted", descriptor->is_deleted);
	if (descriptor->flags) {
		json_add_text(object, "flags", descriptor->flags);
		json_add(object, "position", json_integer(descriptor->position));
	}
	if (descriptor->has_other_end)
		json_add(object, "other_end", json_other_end(descriptor));
	if (descriptor->watches) {
		json_t *watches = json_array();

		for (size_t i = 0; i < descriptor->watch_count; i++)
			json_append(watches, json_integer(descriptor->watches[i]));
		json_add(object, "watches", watches);
	}
	if (descriptor->pid)
		json_add(object, "pid", json_integer(descriptor->pid));
	json_add_true(object, "pid_ended", descriptor->is_pid_ended);
	json_add_text(object, "about", descriptor->about);
}

static json_t *json_queue(const struct report_descriptor *descriptor)
{
	json_t *queue = json_object();

	json_add_number(queue, "receive", descriptor->receive_queue);
	if (!descriptor->is_send_queue_unknown)
		json_add_number(queue, "send", descriptor->send_queue);
	return queue;
}

static json_t *json_descriptor(const struct report_descriptor *descriptor,
			       enum descriptor_kind kind)
{
	json_t *object = json_object();
	struct words words;

	json_add_number(object, "process", descriptor->process);
	json_add(object, "fd", json_integer(descriptor->fd));
	json_add_text(object, "family", descriptor->family);
	json_add_text(object, "type", descriptor->type);
	json_add_text(object, "protocol", descriptor->protocol);
	json_add_text(object, "state", descriptor->state);
	if (kind == KIND_SOCKET)
		json_add(object, "state_known", json_boolean(descriptor->is_state_known));
	json_add_text(object, "local", descriptor->local);
	json_add_text(object, "peer", descriptor->peer);
	json_add_text(object, "path", descriptor->path);
	if (descriptor->has_queues)
		json_add(object, "queue", json_queue(descriptor));
	if (descriptor->has_so_error)
		json_add_text(object, "so_error", words_errno(&words, descriptor->so_error));
	json_add_number(object, "opened_ns", descriptor->opened_ns);
	if (descriptor->generation)
		json_add_number(object, "generation", descriptor->generation);
	json_add_number(object, "age_ns", descriptor->age_ns);
	add_opener(object, descriptor);
	if (descriptor->cloexec >= 0)
		json_add(object, "cloexec", json_boolean(descriptor->cloexec));
	if (descriptor->dup_of >= 0)
		json_add(object, "dup_of", json_integer(descriptor->dup_of));
	add_kind_facts(object, descriptor);
	json_add_true(object, "contested", descriptor->is_contested);
	json_add_text(object, "label", descriptor->label);
	if (descriptor->scope)
		json_add_number(object, "scope", descriptor->scope);
	json_add_true(object, "noted", descriptor->is_noted);
	json_add_true(object, "suppressed", descriptor->is_suppressed);
	return object;
}

static void add_descriptors(json_t *object, const struct report *report,
			    const struct finding *finding)
{
	json_t *array = json_array();
	uint64_t omitted = finding->descriptors_omitted;
	size_t count = finding->descriptor_count;

	if (count > JSON_DESCRIPTORS_MAX && !report->lists_all) {
		omitted += count - JSON_DESCRIPTORS_MAX;
		count = JSON_DESCRIPTORS_MAX;
	}
	for (size_t i = 0; i < count; i++)
		json_append(array, json_descriptor(&finding->descriptors[i], finding->kind));
	json_add(object, "descriptors", array);
	json_add_number(object, "descriptors_omitted", omitted);
}

static json_t *json_related(const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->related_count; i++) {
		const struct report_related *related = &finding->related[i];
		json_t *object = json_object();

		json_add_text(object, "role", related->role);
		json_add_stack(object, &related->stack);
		add_thread(object, related->tid);
		if (related->at_ns)
			json_add_number(object, "at_ns", related->at_ns);
		if (related->count)
			json_add_number(object, "count", related->count);
		json_append(array, object);
	}
	return array;
}

static json_t *json_evidence(const struct finding *finding)
{
	json_t *array = json_array();
	struct words words;

	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct report_evidence *evidence = &finding->evidence[i];
		json_t *object = json_object();

		json_add_text(object, "what", evidence->what);
		json_add(object, "proof", json_boolean(evidence->is_proof));
		json_add_text(object, "text", evidence->text);
		if (evidence->error)
			json_add_text(object, "errno", words_errno(&words, evidence->error));
		json_add_stack(object, &evidence->stack);
		json_append(array, object);
	}
	return array;
}

static void add_counts(json_t *object, const struct finding *finding)
{
	json_add_number(object, "count", finding->count);
	json_add_number(object, "counted", finding->counted);
	json_add_number(object, "suppressed", finding->suppressed);
	json_add_number(object, "baselined", finding->baselined);
	json_add_number(object, "noted", finding->noted);
	json_add_text(object, "note_reason", finding->note_reason);
}

static json_t *json_remedy(const struct finding *finding)
{
	json_t *remedy = json_object();

	json_add_text(remedy, "text", finding->remedy);
	json_add_text(remedy, "row", finding->remedy_row);
	json_add_text(remedy, "file", finding->remedy_file);
	if (finding->remedy_line)
		json_add_number(remedy, "line", finding->remedy_line);
	return remedy;
}

json_t *json_finding(const struct report *report, const struct finding *finding)
{
	json_t *object = json_object(), *fingerprints = json_object(), *processes = json_array();
	json_t *scopes = json_array();
	char id[24];

	(void)snprintf(id, sizeof(id), "%td", finding - report->findings + 1);
	json_add_text(object, "id", finding->id ? finding->id : id);
	json_add_text(fingerprints, "place/1", finding->fingerprint);
	json_add_text(fingerprints, "place/2", finding->fingerprint_2);
	json_add(object, "fingerprints", fingerprints);
	json_add(object, "stable", json_boolean(finding->is_stable));
	json_add_text(object, "type", finding_type_name(finding->type));
	json_add_text(object, "kind", kind_name(finding->kind));
	json_add_text(object, "role", finding_role_name(finding->role));
	json_add_text(object, "call", finding->call);
	json_add_text(object, "symbol", finding->symbol);
	json_add_text(object, "title", finding->title);
	json_add(object, "proven", json_boolean(finding->is_proven));
	add_counts(object, finding);
	for (size_t i = 0; i < finding->process_count; i++)
		json_append(processes, json_number(finding->processes[i]));
	json_add(object, "processes", processes);
	for (size_t i = 0; i < finding->scope_count; i++)
		json_append(scopes, json_number(finding->scopes[i]));
	json_add(object, "scopes", scopes);
	json_add_stack(object, &finding->stack);
	add_descriptors(object, report, finding);
	json_add(object, "related", json_related(finding));
	json_add(object, "evidence", json_evidence(finding));
	json_add_text(object, "explanation", finding->explanation);
	json_add_text(object, "explanation_row", finding->explanation_row);
	json_add(object, "remedy", json_remedy(finding));
	json_add_growth(object, finding);
	json_add_finding_known(object, report, finding);
	json_add_shares(object, report, finding);
	return object;
}
