/* SPDX-License-Identifier: MIT */
/*
 * What was noticed on the way: releases of numbers that were not open, and what
 * was open where the program expected nothing to be.
 */
#include "findings/judgement.h"

static void related_add(struct judge *judge, struct finding *finding, const char *role,
			uint32_t stack_ref, uint32_t tid)
{
	uint32_t place = place_of(judge, stack_ref);

	if (place == NONE)
		return;
	finding->related = array_grow(judge->report, finding->related, finding->related_count,
				      sizeof(*finding->related));
	finding->related[finding->related_count++] = (struct report_related){
		.role = role,
		.stack = *place_read(judge, place),
		.tid = tid,
	};
}

static void words_set(struct judge *judge, struct finding *finding,
		      const struct ledger_event *event)
{
	if (finding->type == FINDING_BAD_CLOSE) {
		finding->title = "close of a number that was never open";
		finding->explanation = "The kernel answered EBADF: the number named no descriptor.";
		finding->remedy = "Close only what was opened, and look at the number first.";
		return;
	}
	finding->title = report_printf(judge->report, "%s closed twice", kind_name(finding->kind));
	finding->explanation = "The kernel answered EBADF: the number had been closed before. Had "
			       "another thread opened it meanwhile, this would have closed that.";
	finding->remedy = "Close it in one place, and forget the number there.";
	related_add(judge, finding, "closed-before", event->closed_stack_ref, event->closed_tid);
	related_add(judge, finding, "opened", event->opened_stack_ref, event->opened_tid);
}

static void misuse_judge(struct judge *judge, const struct ledger_event *event, uint32_t process)
{
	enum finding_type type =
		event->type == EVENT_DOUBLE_CLOSE ? FINDING_DOUBLE_CLOSE : FINDING_BAD_CLOSE;
	enum descriptor_kind kind = event->kind < KIND_COUNT ? event->kind : KIND_OTHER;
	enum standing standing = standing_of(judge, judge->options->misuse, true);
	struct report_descriptor *descriptor;
	struct group *group;

	if (standing == STANDING_IGNORED)
		return;
	group = group_of(judge, type, kind, event->call, place_of(judge, event->here_stack_ref));
	if (group->finding.count == 0)
		words_set(judge, &group->finding, event);
	group_count(judge, group, standing, event->count ? event->count : 1, process);
	group->proven = group->finding.count;
	if (standing == STANDING_NOTED)
		group->finding.note_reason = "--misuse asks for a note";
	descriptor = group_describe(judge, group);
	if (descriptor)
		*descriptor = (struct report_descriptor){ .process = process,
							  .fd = event->fd,
							  .tid = event->tid,
							  .cloexec = -1,
							  .dup_of = -1 };
	group->finding.descriptors_omitted = group->finding.count - group->finding.descriptor_count;
}

/* Still open at the end it is told as a leak, once. */
static bool is_open_still(struct judge *judge, const struct ledger_event *event,
			  const struct ledger_process *process)
{
	struct descriptor_view view;

	ledger_view(judge->ledger, atomic_load_explicit(&process->table_ref, memory_order_relaxed),
		    event->fd, &view);
	return view.origin == DESCRIPTOR_OWN && view.generation == event->count;
}

static void expectation_judge(struct judge *judge, const struct ledger_event *event,
			      const struct ledger_process *process, uint32_t id)
{
	enum descriptor_kind kind = event->kind < KIND_COUNT ? event->kind : KIND_OTHER;
	enum standing standing = standing_of(judge, POLICY_COUNT, true);
	struct report_descriptor *descriptor;
	struct finding *finding;
	struct group *group;
	uint32_t scope;

	if (!(judge->options->kinds & KIND_BIT(kind)) || is_open_still(judge, event, process))
		return;
	group = group_of(judge, FINDING_EXPECTED_CLOSED, kind, event->call,
			 place_of(judge, event->opened_stack_ref));
	finding = &group->finding;
	if (finding->count == 0) {
		finding->title = report_printf(judge->report, "%s, open where none was expected",
					       kind_name(kind));
		finding->explanation = "It was closed later, but not before the program called "
				       "unclosed_expect_none().";
		finding->remedy = "Close it before that call, or tell unclosed_expect_open().";
		related_add(judge, finding, "expected-none", event->here_stack_ref, 0);
	}
	scope = scope_id(judge, event->scope_ref);
	group_count(judge, group, standing, 1, id);
	group_scope(judge, group, scope);
	group->proven = finding->count;
	if (standing == STANDING_NOTED)
		finding->note_reason = "--gate none";
	descriptor = group_describe(judge, group);
	if (descriptor)
		*descriptor = (struct report_descriptor){ .process = id,
							  .fd = event->fd,
							  .tid = event->opened_tid,
							  .scope = scope,
							  .cloexec = -1,
							  .dup_of = -1 };
}

static void exhaustion_tell(struct judge *judge, const struct ledger_event *event, uint32_t process)
{
	const char *call = snapshot_call_name(judge->snapshot, event->call);
	uint32_t count = event->count ? event->count : 1;

	diagnose(judge, DIAGNOSTIC_WARNING, "descriptors-exhausted",
		 report_printf(judge->report, "%s ran out of descriptors: %s failed with EMFILE %s",
			       judge->report->processes[process].name, call ? call : "a call",
			       count == 1 ? "once"
					  : report_printf(judge->report, "%u times", count)),
		 process);
}

void events_find(struct judge *judge)
{
	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;
		const struct ledger_event *event;
		uint32_t ref;

		if (!process || !judge->lives[judge->images[i].life].is_wanted)
			continue;
		ref = atomic_load_explicit(&process->events_ref, memory_order_relaxed);
		while ((event = ledger_at(judge->ledger, ref, sizeof(*event))) &&
		       budget_take(judge, &judge->record_budget, 1)) {
			if (event->type == EVENT_DOUBLE_CLOSE || event->type == EVENT_BAD_CLOSE)
				misuse_judge(judge, event, judge->images[i].id);
			else if (event->type == EVENT_EXPECTED_NONE)
				expectation_judge(judge, event, process, judge->images[i].id);
			else if (event->type == EVENT_EMFILE)
				exhaustion_tell(judge, event, judge->images[i].id);
			ref = event->next_ref;
		}
	}
}
