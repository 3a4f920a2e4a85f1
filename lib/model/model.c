/* SPDX-License-Identifier: MIT */
/* A report's memory, the names of its enumerations, and its growing lists. */
#include "model/model.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A report is a few hundred kilobytes at most, so most of them fit into a handful of chunks. */
#define CHUNK_BYTES (64 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct report_arena {
	struct arena_chunk *newest;
	size_t bytes; /* of all chunks */
};

struct report *report_new(void)
{
	struct report *report = calloc(1, sizeof(*report));
	struct report_arena *arena = calloc(1, sizeof(*arena));

	if (!report || !arena) {
		free(report);
		free(arena);
		return NULL;
	}
	report->arena = arena;
	return report;
}

struct report *report_new_like(const struct report *report)
{
	struct report *like = report_new();
	struct report_arena *arena = like ? like->arena : NULL;

	if (!like)
		abort(); /* like report_alloc() */
	*like = *report;
	like->arena = arena;
	return like;
}

size_t report_memory(const struct report *report)
{
	return report->arena->bytes;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	for (struct arena_chunk *chunk = report->arena->newest; chunk;) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	free(report->arena);
	free(report);
}

static struct arena_chunk *arena_grow(struct report_arena *arena, size_t size)
{
	size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + room);

	if (!chunk)
		abort();
	chunk->size = room;
	chunk->next = arena->newest;
	arena->newest = chunk;
	arena->bytes += room;
	return chunk;
}

void *report_alloc(struct report *report, size_t size)
{
	struct arena_chunk *chunk = report->arena->newest;
	void *memory;

	if (size > PTRDIFF_MAX - 2 * sizeof(*chunk))
		abort();
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!chunk || chunk->size - chunk->used < size)
		chunk = arena_grow(report->arena, size);
	memory = chunk->bytes + chunk->used;
	chunk->used += size;
	return memory;
}

char *report_strdup(struct report *report, const char *text)
{
	size_t size;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	return memcpy(report_alloc(report, size), text, size);
}

char *report_printf(struct report *report, const char *format, ...)
{
	va_list arguments;
	char *built = NULL, *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&built, format, arguments);
	va_end(arguments);
	if (length < 0)
		abort();
	text = report_strdup(report, built);
	free(built);
	return text;
}

void report_diagnose(struct report *report, enum diagnostic_level level, const char *code,
		     const char *text, int64_t process)
{
	size_t count = report->diagnostic_count;
	struct report_diagnostic *grown = report_alloc(report, (count + 1) * sizeof(*grown));

	if (count)
		memcpy(grown, report->diagnostics, count * sizeof(*grown));
	grown[count] = (struct report_diagnostic){
		.level = level, .code = code, .text = text, .process = process
	};
	report->diagnostics = grown;
	report->diagnostic_count = count + 1;
}

const char *finding_type_name(enum finding_type type)
{
	static const char *const names[FINDING_TYPE_COUNT] = {
		[FINDING_LEAK] = "leak",
		[FINDING_CLOSED_BY_GC] = "closed-by-gc",
		[FINDING_DOUBLE_CLOSE] = "double-close",
		[FINDING_BAD_CLOSE] = "bad-close",
		[FINDING_WRONG_CLOSE] = "wrong-close",
		[FINDING_USE_AFTER_CLOSE] = "use-after-close",
		[FINDING_EXEC_INHERITED] = "exec-inherited",
		[FINDING_EXPECTED_CLOSED] = "expected-closed",
		[FINDING_CLOSED_UNDER] = "closed-under-stream",
		[FINDING_STANDARD_TAKEN] = "standard-taken",
		[FINDING_OVERWRITTEN] = "overwritten",
		[FINDING_BAD_USE] = "bad-use",
	};

	return (unsigned int)type < FINDING_TYPE_COUNT ? names[type] : "leak";
}

const char *growth_word_name(enum growth_word word)
{
	static const char *const names[GROWTH_WORD_COUNT] = {
		[GROWTH_STEADY] = "steady",
		[GROWTH_MAY_GROW] = "may-grow",
		[GROWTH_GROWING] = "growing",
		[GROWTH_STOPPED] = "stopped",
	};

	return (unsigned int)word < GROWTH_WORD_COUNT ? names[word] : NULL;
}

const char *finding_role_name(enum finding_role role)
{
	static const char *const names[ROLE_COUNT] = {
		[ROLE_LISTENER] = "listener",
		[ROLE_ACCEPTED] = "accepted",
		[ROLE_CONNECTED] = "connected",
		[ROLE_UNCONNECTED] = "unconnected",
		[ROLE_CONNECTING] = "connecting",
		[ROLE_BOUND] = "bound",
		[ROLE_PAIR] = "pair",
		[ROLE_RECEIVED] = "received",
	};

	return (unsigned int)role < ROLE_COUNT ? names[role] : NULL;
}

const char *baseline_state_name(enum baseline_state state)
{
	static const char *const names[BASELINE_STATE_COUNT] = {
		[BASELINE_NEW] = "new", [BASELINE_KNOWN] = "known", [BASELINE_MORE] = "more"
	};

	return (unsigned int)state < BASELINE_STATE_COUNT ? names[state] : NULL;
}

struct report_process *report_process_find(const struct report *report, uint32_t id)
{
	if (id < report->process_count && report->processes[id].id == id)
		return &report->processes[id];
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].id == id)
			return &report->processes[i];
	return NULL;
}

struct report_process *report_process_last(const struct report *report,
					   const struct report_process *process)
{
	size_t last = (size_t)(process - report->processes);

	/* Later images have later places; going only forward cannot go in circles. */
	for (size_t i = last + 1; i < report->process_count; i++)
		if (report->processes[i].exec_of == (int64_t)report->processes[last].id)
			last = i;
	return &report->processes[last];
}

void *array_grow(struct report *report, void *array, size_t count, size_t size)
{
	void *larger;

	if (count & (count - 1))
		return array;
	larger = report_alloc(report, (count ? count * 2 : 1) * size);
	if (count)
		memcpy(larger, array, count * size);
	return larger;
}

void evidence_add(struct report *report, struct finding *finding, struct report_evidence evidence)
{
	finding->evidence = array_grow(report, finding->evidence, finding->evidence_count,
				       sizeof(*finding->evidence));
	finding->evidence[finding->evidence_count++] = evidence;
}

void finding_relate(struct report *report, struct finding *finding, struct report_related related)
{
	finding->related = array_grow(report, finding->related, finding->related_count,
				      sizeof(*finding->related));
	finding->related[finding->related_count++] = related;
}

bool findings_are_alike(const struct finding *left, const struct finding *right)
{
	if (left->fingerprint_2 && right->fingerprint_2)
		return strcmp(left->fingerprint_2, right->fingerprint_2) == 0;
	return left->fingerprint && right->fingerprint &&
	       strcmp(left->fingerprint, right->fingerprint) == 0;
}
