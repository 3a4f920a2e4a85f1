/* SPDX-License-Identifier: MIT */
/* A finding from a JSON report. */
#include "report/json/reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report/words.h"

static unsigned int read_kind(struct json_reader *reader, const json_t *object)
{
	const char *names[KIND_COUNT];

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		names[kind] = kind_name(kind);
	return read_enum(reader, object, "kind", names, KIND_COUNT, KIND_OTHER);
}

static unsigned int read_type(struct json_reader *reader, const json_t *object)
{
	const char *names[FINDING_TYPE_COUNT];

	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++)
		names[type] = finding_type_name(type);
	return read_enum(reader, object, "type", names, FINDING_TYPE_COUNT, FINDING_LEAK);
}

static unsigned int read_role(struct json_reader *reader, const json_t *object)
{
	const char *names[ROLE_COUNT];

	for (unsigned int role = 0; role < ROLE_COUNT; role++)
		names[role] = finding_role_name(role);
	return read_enum(reader, object, "role", names, ROLE_COUNT, ROLE_NONE);
}

static int read_errno(struct json_reader *reader, const json_t *object, const char *key)
{
	const char *name = read_text(reader, object, key);

	return name ? words_parse_errno(name) : 0;
}

static uint32_t read_tid(struct json_reader *reader, const json_t *object)
{
	json_t *thread = read_object(reader, object, "thread");

	return (uint32_t)read_count(reader, thread, "tid", UINT32_MAX);
}

static void read_frame(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_frame *frame = ret_entry;
	const char *offset = read_text(reader, object, "offset");

	frame->function = read_text(reader, object, "function");
	frame->linkage_name = read_text(reader, object, "linkage_name");
	frame->file = read_text(reader, object, "file");
	frame->line = (unsigned int)read_count(reader, object, "line", UINT_MAX);
	frame->is_line_of_function = read_bool(reader, object, "line_of_function", false);
	frame->source = read_text(reader, object, "source");
	frame->module = read_text(reader, object, "module");
	frame->build_id = read_text(reader, object, "build_id");
	frame->offset = offset ? strtoull(offset, NULL, 16) : 0;
	frame->is_inlined = read_bool(reader, object, "inlined", false);
	frame->is_runtime = read_bool(reader, object, "runtime", false);
	frame->is_library = read_bool(reader, object, "library", false);
	frame->is_foreign = read_bool(reader, object, "foreign", false);
	frame->language = read_text(reader, object, "language");
	/* Functions of a runtime are in no module; native code may be of any language. */
	frame->runtime = frame->module ? RUNTIME_NONE : runtime_of_language(frame->language);
}

void read_stack(struct json_reader *reader, const json_t *object, struct report_stack *ret_stack)
{
	ret_stack->frames = read_list(reader, object, "stack", sizeof(*ret_stack->frames),
				      read_frame, &ret_stack->frame_count);
	ret_stack->is_truncated = read_bool(reader, object, "stack_truncated", false);
}

static void read_opener(struct json_reader *reader, const json_t *object,
			struct report_descriptor *descriptor)
{
	json_t *thread = read_object(reader, object, "thread");

	descriptor->tid = read_tid(reader, object);
	descriptor->thread_name = read_text(reader, thread, "name");
	descriptor->is_thread_ended = read_bool(reader, thread, "ended", false);
}

static void read_watches(struct json_reader *reader, const json_t *object,
			 struct report_descriptor *descriptor)
{
	size_t count;
	json_t *array = read_array(reader, object, "watches", &count);

	if (!json_object_get(object, "watches"))
		return;
	descriptor->watches =
		report_alloc(reader->report, (count + 1) * sizeof(*descriptor->watches));
	for (size_t i = 0; i < count; i++) {
		json_t *value = json_array_get(array, i);

		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > INT_MAX)
			read_fail(reader, "watches", "only numbers were expected in this array");
		descriptor->watches[descriptor->watch_count++] = (int)json_integer_value(value);
	}
}

/* What only some kinds have. */
static void read_kind_facts(struct json_reader *reader, const json_t *object,
			    struct report_descriptor *descriptor)
{
	json_t *other = read_object(reader, object, "other_end");

	descriptor->is_deleted = read_bool(reader, object, "deleted", false);
	descriptor->flags = read_text(reader, object, "flags");
	descriptor->position = (int64_t)read_count(reader, object, "position", INT64_MAX);
	descriptor->has_other_end = other != NULL;
	descriptor->other_end = other ? read_int(reader, other, "fd", -1) : 0;
	descriptor->is_other_end_open = read_bool(reader, other, "open", false);
	read_watches(reader, object, descriptor);
	descriptor->pid = read_int(reader, object, "pid", 0);
	descriptor->is_pid_ended = read_bool(reader, object, "pid_ended", false);
	descriptor->about = read_text(reader, object, "about");
}

static void read_descriptor(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_descriptor *descriptor = ret_entry;
	json_t *queue = read_object(reader, object, "queue");

	descriptor->process = (uint32_t)read_count(reader, object, "process", UINT32_MAX);
	descriptor->fd = read_int(reader, object, "fd", -1);
	descriptor->family = read_text(reader, object, "family");
	descriptor->type = read_text(reader, object, "type");
	descriptor->protocol = read_text(reader, object, "protocol");
	descriptor->state = read_text(reader, object, "state");
	descriptor->is_state_known = read_bool(reader, object, "state_known", true);
	descriptor->local = read_text(reader, object, "local");
	descriptor->peer = read_text(reader, object, "peer");
	descriptor->path = read_text(reader, object, "path");
	descriptor->has_queues = queue != NULL;
	descriptor->receive_queue = (uint32_t)read_count(reader, queue, "receive", UINT32_MAX);
	descriptor->send_queue = (uint32_t)read_count(reader, queue, "send", UINT32_MAX);
	descriptor->is_send_queue_unknown = queue && !json_object_get(queue, "send");
	descriptor->has_so_error = json_object_get(object, "so_error") != NULL;
	descriptor->so_error = read_errno(reader, object, "so_error");
	descriptor->generation = (uint32_t)read_count(reader, object, "generation", UINT32_MAX);
	descriptor->opened_ns = read_count(reader, object, "opened_ns", UINT64_MAX);
	descriptor->age_ns = read_count(reader, object, "age_ns", UINT64_MAX);
	read_opener(reader, object, descriptor);
	descriptor->cloexec = -1;
	if (json_object_get(object, "cloexec"))
		descriptor->cloexec = read_bool(reader, object, "cloexec", false);
	descriptor->dup_of = read_int(reader, object, "dup_of", -1);
	read_kind_facts(reader, object, descriptor);
	descriptor->is_contested = read_bool(reader, object, "contested", false);
	descriptor->label = read_text(reader, object, "label");
	descriptor->scope = (uint32_t)read_count(reader, object, "scope", UINT32_MAX);
	descriptor->is_noted = read_bool(reader, object, "noted", false);
	descriptor->is_suppressed = read_bool(reader, object, "suppressed", false);
}

static void read_related(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_related *related = ret_entry;

	related->role = read_text(reader, object, "role");
	read_stack(reader, object, &related->stack);
	related->tid = read_tid(reader, object);
	related->at_ns = read_count(reader, object, "at_ns", UINT64_MAX);
	related->count = read_count(reader, object, "count", UINT64_MAX);
}

static void read_evidence(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct report_evidence *evidence = ret_entry;

	evidence->what = read_text(reader, object, "what");
	evidence->is_proof = read_bool(reader, object, "proof", false);
	evidence->text = read_text(reader, object, "text");
	evidence->error = read_errno(reader, object, "errno");
	read_stack(reader, object, &evidence->stack);
}

static void read_lists(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	read_stack(reader, object, &finding->stack);
	finding->descriptors =
		read_list(reader, object, "descriptors", sizeof(*finding->descriptors),
			  read_descriptor, &finding->descriptor_count);
	finding->descriptors_omitted =
		read_count(reader, object, "descriptors_omitted", UINT64_MAX);
	finding->related = read_list(reader, object, "related", sizeof(*finding->related),
				     read_related, &finding->related_count);
	finding->evidence = read_list(reader, object, "evidence", sizeof(*finding->evidence),
				      read_evidence, &finding->evidence_count);
}

static uint32_t *read_ids(struct json_reader *reader, const json_t *object, const char *key,
			  size_t *ret_count)
{
	json_t *array = read_array(reader, object, key, ret_count);
	uint32_t *ids = report_alloc(reader->report, *ret_count * sizeof(*ids));

	for (size_t i = 0; i < *ret_count; i++) {
		json_t *value = json_array_get(array, i);

		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > UINT32_MAX)
			read_fail(reader, key, "only ids were expected in this array");
		ids[i] = (uint32_t)json_integer_value(value);
	}
	return ids;
}

static void read_counts(struct json_reader *reader, const json_t *object, struct finding *finding)
{
	finding->count = read_count(reader, object, "count", UINT64_MAX);
	finding->counted = read_count(reader, object, "counted", UINT64_MAX);
	finding->suppressed = read_count(reader, object, "suppressed", UINT64_MAX);
	finding->baselined = read_count(reader, object, "baselined", UINT64_MAX);
	finding->noted = read_count(reader, object, "noted", UINT64_MAX);
	finding->note_reason = read_text(reader, object, "note_reason");
}

void read_finding(struct json_reader *reader, const json_t *object, void *ret_entry)
{
	struct finding *finding = ret_entry;
	json_t *fingerprints = read_object(reader, object, "fingerprints");
	json_t *remedy = read_object(reader, object, "remedy");

	finding->id = read_text(reader, object, "id");
	finding->fingerprint = read_fingerprint(reader, fingerprints, PLACE_1);
	finding->fingerprint_2 = read_fingerprint(reader, fingerprints, PLACE_2);
	finding->is_stable = read_bool(reader, object, "stable", true);
	finding->type = read_type(reader, object);
	finding->kind = read_kind(reader, object);
	finding->role = read_role(reader, object);
	finding->call = read_text(reader, object, "call");
	finding->symbol = read_text(reader, object, "symbol");
	finding->title = read_text(reader, object, "title");
	finding->is_proven = read_bool(reader, object, "proven", false);
	read_counts(reader, object, finding);
	read_growth(reader, object, finding);
	read_finding_known(reader, object, finding);
	read_shares(reader, object, finding);
	finding->processes = read_ids(reader, object, "processes", &finding->process_count);
	finding->scopes = read_ids(reader, object, "scopes", &finding->scope_count);
	read_lists(reader, object, finding);
	finding->explanation = read_text(reader, object, "explanation");
	finding->explanation_row = read_text(reader, object, "explanation_row");
	finding->remedy = read_text(reader, remedy, "text");
	finding->remedy_row = read_text(reader, remedy, "row");
	finding->remedy_file = read_text(reader, remedy, "file");
	finding->remedy_line = (unsigned int)read_count(reader, remedy, "line", UINT_MAX);
}
