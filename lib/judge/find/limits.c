/* SPDX-License-Identifier: MIT */
/* Who came near the limit of descriptors, who had them then, and what was refused. */
#include <inttypes.h>
#include <string.h>

#include "judge/find/find.h"

/* More of a process say nothing more. */
#define MARKS_MOST 16
#define REFUSALS_MOST 64

/* One process while its lists are read. */
struct limits {
	struct judge *judge;
	const struct ledger_process *process;
	struct report_limit limit;
};

/* In the report's memory; NULL for NULL. */
static const char *kept(struct judge *judge, const char *text)
{
	return text ? report_strdup(judge->report, text) : NULL;
}

static void holder_read(struct judge *judge, const struct ledger_holder *record,
			struct report_holder *ret_holder)
{
	const struct report_stack *stack = place_read(judge, place_of(judge, record->stack_ref));

	*ret_holder =
		(struct report_holder){ .count = record->count,
					.kind = record->kind < KIND_COUNT ? record->kind
									  : KIND_OTHER,
					.call = kept(judge, call_spelled_of(judge, record->call)),
					.where = place_text(judge, stack),
					.stack = *stack };
}

static void mark_read(struct limits *limits, const struct ledger_limit *record)
{
	struct judge *judge = limits->judge;
	struct report *report = judge->report;
	struct report_limit *limit = &limits->limit;
	uint32_t state = LEDGER_LOAD(record->state), count;
	const char *text = state == LIMIT_KEPT || state == LIMIT_FAILED
				   ? kept(judge, snapshot_string(judge->snapshot,
								 LEDGER_LOAD(record->text_ref)))
				   : NULL;
	struct report_mark *mark;

	if (record->mark >= LIMIT_MARKS || limit->mark_count == MARKS_MOST)
		return;
	limit->marks = array_grow(report, limit->marks, limit->mark_count, sizeof(*mark));
	mark = &limit->marks[limit->mark_count++];
	*mark = (struct report_mark){ .at = judge_mark_name(record->mark),
				      .at_ns = record->at_ns,
				      .limit = record->limit,
				      .open = record->open,
				      .snapshot = state == LIMIT_KEPT ? text : NULL,
				      .why = state == LIMIT_FAILED  ? text
					     : state == LIMIT_TAKEN ? "it is being taken"
								    : NULL };
	if (state != LIMIT_KEPT && state != LIMIT_FAILED)
		return;
	mark->found = record->found;
	count = record->holder_count < LEDGER_HOLDERS ? record->holder_count : LEDGER_HOLDERS;
	mark->holders = report_alloc(report, (count + 1) * sizeof(*mark->holders));
	for (uint32_t i = 0; i < count; i++)
		holder_read(judge, &record->holders[i], &mark->holders[mark->holder_count++]);
}

/* The latest is the first of the list. */
static void marks_turn(struct report_limit *limit)
{
	for (size_t i = 0; i < limit->mark_count / 2; i++) {
		struct report_mark mark = limit->marks[i];

		limit->marks[i] = limit->marks[limit->mark_count - 1 - i];
		limit->marks[limit->mark_count - 1 - i] = mark;
	}
}

static void marks_read(struct limits *limits)
{
	struct judge *judge = limits->judge;
	uint32_t ref = atomic_load_explicit(&limits->process->limits_ref, memory_order_acquire);
	const struct ledger_limit *record;

	while ((record = ledger_at(judge->ledger, ref, sizeof(*record))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		mark_read(limits, record);
		ref = record->next_ref;
	}
	marks_turn(&limits->limit);
}

static const char *error_of(uint32_t flags)
{
	return flags & EVENT_OF_SYSTEM ? "ENFILE" : "EMFILE";
}

static bool is_same_place(const struct report_refusal *refusal, const char *where,
			  const struct report_stack *stack)
{
	return refusal->where && where ? strcmp(refusal->where, where) == 0
				       : refusal->stack.frames == stack->frames;
}

/* One place, whatever led to it, is one. */
static struct report_refusal *refusal_of(struct limits *limits, const char *call,
					 const struct report_stack *stack, uint32_t flags)
{
	struct report_limit *limit = &limits->limit;
	const char *where = place_text(limits->judge, stack);
	struct report_refusal *refusal;

	for (size_t i = 0; i < limit->refusal_count; i++) {
		refusal = &limit->refusals[i];
		if (strcmp(refusal->call, call) == 0 && is_same_place(refusal, where, stack) &&
		    refusal->is_of_user == !!(flags & EVENT_OF_USER) &&
		    strcmp(refusal->error, error_of(flags)) == 0)
			return refusal;
	}
	if (limit->refusal_count == REFUSALS_MOST)
		return NULL;
	limit->refusals = array_grow(limits->judge->report, limit->refusals, limit->refusal_count,
				     sizeof(*refusal));
	refusal = &limit->refusals[limit->refusal_count++];
	*refusal = (struct report_refusal){ .call = kept(limits->judge, call),
					    .error = error_of(flags),
					    .is_of_user = flags & EVENT_OF_USER,
					    .at_ns = UINT64_MAX,
					    .where = where,
					    .stack = *stack };
	return refusal;
}

static void refusals_read(struct limits *limits)
{
	struct judge *judge = limits->judge;
	uint32_t ref = LEDGER_LOAD(limits->process->events_ref);
	const struct ledger_event *event;

	while ((event = ledger_at(judge->ledger, ref, sizeof(*event))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		const char *call = call_spelled_of(judge, event->call);
		uint32_t count = LEDGER_LOAD(event->count);
		struct report_refusal *refusal;

		ref = event->next_ref;
		if (event->type != EVENT_EMFILE)
			continue;
		refusal = refusal_of(limits, call ? call : "a call",
				     place_read(judge, place_of(judge, event->here_stack_ref)),
				     LEDGER_LOAD(event->flags));
		if (!refusal)
			break;
		refusal->count += count ? count : 1;
		if (event->at_ns < refusal->at_ns)
			refusal->at_ns = event->at_ns;
	}
}

/* What "ran out" means. */
static const char *refusal_words(const struct report_refusal *refusal)
{
	if (refusal->is_of_user)
		return "met a limit of its user, with room for more descriptors";
	if (strcmp(refusal->error, "ENFILE") != 0)
		return "ran out of descriptors";
	return strncmp(refusal->call, "pipe", 4) == 0
		       ? "met the system's limit of open files, or its user's of memory for pipes"
		       : "met the system's limit of open files";
}

/* How often the call was refused so, at all places; 0: it was told at an earlier one. */
static uint64_t refusals_of(const struct report_limit *limit, size_t index)
{
	uint64_t count = 0;

	for (size_t i = 0; i < limit->refusal_count; i++) {
		const struct report_refusal *refusal = &limit->refusals[i];

		if (strcmp(refusal->call, limit->refusals[index].call) != 0 ||
		    strcmp(refusal->error, limit->refusals[index].error) != 0 ||
		    refusal->is_of_user != limit->refusals[index].is_of_user)
			continue;
		if (i < index)
			return 0;
		count += refusal->count;
	}
	return count;
}

static void exhaustion_tell(struct judge *judge, const struct report_limit *limit)
{
	struct report *report = judge->report;

	for (size_t i = 0; i < limit->refusal_count; i++) {
		const struct report_refusal *refusal = &limit->refusals[i];
		uint64_t count = refusals_of(limit, i);

		if (count > 0)
			diagnose(judge, DIAGNOSTIC_WARNING, "descriptors-exhausted",
				 report_printf(
					 report, "%s %s: %s failed with %s %s",
					 report->processes[limit->process].name,
					 refusal_words(refusal), refusal->call, refusal->error,
					 count == 1 ? "once"
						    : report_printf(report, "%" PRIu64 " times",
								    count)),
				 limit->process);
	}
}

void limits_find(struct judge *judge)
{
	struct report *report = judge->report;

	for (uint32_t i = 0; i < judge->image_count; i++) {
		struct limits limits = { .judge = judge,
					 .process = judge->images[i].process,
					 .limit.process = judge->images[i].id };

		if (!limits.process || !judge->lives[judge->images[i].life].is_wanted)
			continue;
		marks_read(&limits);
		refusals_read(&limits);
		if (limits.limit.mark_count == 0 && limits.limit.refusal_count == 0)
			continue;
		report->processes[limits.limit.process].is_listed = true;
		report->limits = array_grow(report, report->limits, report->limit_count,
					    sizeof(*report->limits));
		report->limits[report->limit_count++] = limits.limit;
		exhaustion_tell(judge, &limits.limit);
	}
}
