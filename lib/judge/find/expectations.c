/* SPDX-License-Identifier: MIT */
/* What was open where the program expected nothing to be. */
#include "judge/find/find.h"

/* Still open at the end it is told as a leak, once. */
static bool is_open_still(struct judge *judge, const struct ledger_event *event,
			  const struct ledger_process *process)
{
	struct descriptor_view view;

	ledger_view(judge->ledger, atomic_load_explicit(&process->table_ref, memory_order_relaxed),
		    event->fd, &view);
	return view.origin == DESCRIPTOR_OWN && view.generation == event->count;
}

void expectation_judge(struct judge *judge, const struct ledger_event *event,
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
		finding->remedy = "Close it before that call, or declare it with "
				  "unclosed_expect_open().";
		if (place_of(judge, event->here_stack_ref) != NONE)
			finding_relate(
				judge->report, finding,
				(struct report_related){
					.role = "expected-none",
					.stack = *place_read(
						judge, place_of(judge, event->here_stack_ref)),
				});
	}
	scope = scope_id(judge, event->scope_ref);
	group_count(judge, group, standing, 1, id);
	group_scope(judge, group, scope);
	group->proven = finding->count;
	if (standing == STANDING_NOTED)
		finding->note_reason = gate_reason(judge);
	descriptor = group_describe(judge, group);
	if (descriptor)
		*descriptor = (struct report_descriptor){ .process = id,
							  .fd = event->fd,
							  .tid = event->opened_tid,
							  .scope = scope,
							  .cloexec = -1,
							  .dup_of = -1 };
}
