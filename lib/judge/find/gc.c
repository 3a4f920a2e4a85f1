/* SPDX-License-Identifier: MIT */
/*
 * What Python closed itself: CPython closes a lost socket from its finaliser, by
 * reference counting, by its cycle collector or when the interpreter ends; the
 * program never did. Which closes are such, python_close.c says.
 */
#include <string.h>

#include "judge/find/find.h"
#include "judge/stack/python_close.h"

/*
 * The slot of a pair's latest descriptor, if the number was not used again: a
 * closed slot keeps what was done with it.
 */
static struct ledger_slot *pair_slot(struct judge *judge, const struct ledger_pair *pair,
				     struct descriptor_view *ret_view)
{
	const struct ledger_process *process = judge->images[pair->process].process;
	uint32_t fd = atomic_load_explicit(&pair->last_fd, memory_order_relaxed);
	uint32_t table_ref = atomic_load_explicit(&process->table_ref, memory_order_relaxed);
	struct ledger_table *table = ledger_table_at(judge->ledger, table_ref);
	struct ledger_slot *slot = table && fd <= INT32_MAX
					   ? ledger_slot_at(judge->ledger, table, (int)fd, false)
					   : NULL;

	if (!slot || atomic_load_explicit(&slot->opened_ns, memory_order_relaxed) !=
			     atomic_load_explicit(&pair->last_opened_ns, memory_order_relaxed))
		return NULL;
	*ret_view = (struct descriptor_view){
		.origin = DESCRIPTOR_OWN,
		.table_ref = table_ref,
		.generation =
			slot_generation(atomic_load_explicit(&slot->word, memory_order_relaxed)),
		.slot = slot,
	};
	return slot;
}

static void pair_describe(struct judge *judge, struct group *group, const struct ledger_pair *pair,
			  uint32_t process)
{
	struct report_descriptor *descriptor = group_describe(judge, group);
	struct descriptor_view view;
	struct leak leak = { .life = judge->images[pair->process].life,
			     .process = process,
			     .fd = (int)(pair->last_fd & INT32_MAX),
			     .view = &view,
			     .kind = pair->kind,
			     .call = pair->call,
			     .facts = atomic_load_explicit(&pair->last_facts,
							   memory_order_relaxed) };
	struct ledger_slot *slot = pair_slot(judge, pair, &view);
	uint64_t closed_ns = ledger_pair_closed_ns(pair);

	if (group->finding.role == ROLE_NONE)
		group->finding.role = leak_role(&leak);
	leak.scope =
		scope_id(judge, atomic_load_explicit(&pair->last_scope_ref, memory_order_relaxed));
	group_scope(judge, group, leak.scope);
	if (!descriptor)
		return;
	if (slot)
		leak_describe(judge, &leak, descriptor);
	else
		*descriptor = (struct report_descriptor){
			.process = process, .fd = leak.fd, .cloexec = -1, .dup_of = -1
		};
	descriptor->opened_ns = atomic_load_explicit(&pair->last_opened_ns, memory_order_relaxed);
	descriptor->tid = atomic_load_explicit(&pair->last_tid, memory_order_relaxed);
	descriptor->scope = leak.scope;
	descriptor->age_ns = 0;
	if (closed_ns > descriptor->opened_ns)
		descriptor->age_ns = closed_ns - descriptor->opened_ns;
}

/* Counts `count`; those that do not count have a reason. */
static enum standing lost_count(struct judge *judge, struct group *group, uint64_t count,
				uint32_t process)
{
	enum standing standing = standing_of(judge, judge->options->gc, false);

	if (count > 0)
		group_count(judge, group, standing, count, process);
	if (standing == STANDING_NOTED)
		group->finding.note_reason = judge->options->gc >= POLICY_COUNT
						     ? gate_reason(judge)
						     : "--gc asks for a note";
	return standing;
}

/* Those that the program means to stay open, until Python ends say, are shown and do not count. */
static void pair_count(struct judge *judge, struct group *group, const struct ledger_pair *pair,
		       uint32_t process)
{
	enum standing standing;
	uint64_t count = ledger_pair_count(pair);
	uint64_t kept = atomic_load_explicit(&pair->kept_count, memory_order_relaxed);

	kept = kept < count ? kept : count;
	standing = lost_count(judge, group, count - kept, process);
	if (kept > 0)
		group_count(judge, group, STANDING_NOTED, kept, process);
	if (kept > 0 && standing != STANDING_NOTED)
		group->finding.note_reason = "the program means it to stay open";
}

/* Each stack is looked at once, in however many pairs it is. */
static bool is_gc_close(struct judge *judge, uint32_t stack_ref)
{
	const uint32_t *known = lookup_get(&judge->gc_by_stack, stack_ref, 0);
	bool is_new;

	if (!known)
		known = lookup_put(&judge->gc_by_stack, judge->report, stack_ref, 0,
				   python_close(judge, stack_ref) != PYTHON_CLOSE_NONE, &is_new);
	return *known != 0;
}

/* How many that were opened at this stack are counted already. */
static uint32_t *gc_counted(struct judge *judge, uint32_t open_ref, uint32_t process)
{
	bool is_new;

	return lookup_put(&judge->gc_by_opening, judge->report, open_ref, process, 0, &is_new);
}

/* What is closed at a finaliser, of this group. */
static void close_note(struct group *group, uint64_t count, uint32_t stack_ref)
{
	if (count <= group->close_count)
		return;
	group->close_count = count;
	group->close_stack_ref = stack_ref;
}

static void pair_judge(struct judge *judge, uint32_t open_ref, const struct ledger_pair *pair)
{
	uint64_t count = ledger_pair_count(pair);
	uint32_t process = 0;
	const struct life *life = NULL;
	struct group *group;

	if (pair->kind >= KIND_COUNT || !(judge->options->kinds & KIND_BIT(pair->kind)) ||
	    count == 0 || count > UINT32_MAX)
		return;
	if (pair->process < judge->image_count && judge->images[pair->process].process) {
		life = &judge->lives[judge->images[pair->process].life];
		process = judge->images[life->last].id;
	}
	if (!life || !life->is_wanted)
		return;
	if (!is_gc_close(judge, ledger_pair_stack_ref(pair)))
		return;
	group = group_of(judge, FINDING_CLOSED_BY_GC, pair->kind, pair->call,
			 place_of(judge, open_ref));
	pair_count(judge, group, pair, process);
	close_note(group, count, ledger_pair_stack_ref(pair));
	*gc_counted(judge, open_ref, process) += (uint32_t)count;
	pair_describe(judge, group, pair, process);
	group->finding.descriptors_omitted = group->finding.count - group->finding.descriptor_count;
}

static void lost_describe(struct judge *judge, struct group *group,
			  const struct ledger_event *event, uint32_t process)
{
	struct report_descriptor *descriptor = group_describe(judge, group);
	uint32_t scope = scope_id(judge, event->scope_ref);

	group_scope(judge, group, scope);
	if (descriptor)
		*descriptor = (struct report_descriptor){ .process = process,
							  .fd = event->fd,
							  .cloexec = -1,
							  .dup_of = -1,
							  .tid = event->opened_tid,
							  .scope = scope };
}

/*
 * What the finaliser gave up, its own finaliser may have closed before the loop did: that was
 * counted, and is not counted twice.
 */
void gc_lost(struct judge *judge, const struct ledger_event *event, uint32_t process)
{
	enum descriptor_kind kind = event->kind < KIND_COUNT ? event->kind : KIND_OTHER;
	uint64_t count = LEDGER_LOAD(event->count) ? LEDGER_LOAD(event->count) : 1;
	uint32_t *counted;
	struct group *group;

	if (judge->options->gc == POLICY_IGNORE || !(judge->options->kinds & KIND_BIT(kind)) ||
	    !is_gc_close(judge, event->here_stack_ref))
		return;
	counted = gc_counted(judge, event->opened_stack_ref, process);
	if (*counted >= count) {
		*counted -= (uint32_t)count;
		return;
	}
	count -= *counted;
	*counted = 0;
	group = group_of(judge, FINDING_CLOSED_BY_GC, kind, event->opened_call,
			 place_of(judge, event->opened_stack_ref));
	(void)lost_count(judge, group, count, process);
	close_note(group, count, event->here_stack_ref);
	lost_describe(judge, group, event, process);
	group->finding.descriptors_omitted = group->finding.count - group->finding.descriptor_count;
}

static void stack_judge(struct judge *judge, uint32_t stack_ref, const struct ledger_stack *stack,
			void *data)
{
	uint32_t ref = atomic_load_explicit(&stack->pairs_ref, memory_order_relaxed);
	const struct ledger_pair *pair;

	(void)data;
	while ((pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		pair_judge(judge, stack_ref, pair);
		ref = pair->next_ref;
	}
}

void gc_find(struct judge *judge)
{
	if (judge->options->gc != POLICY_IGNORE)
		stacks_visit(judge, stack_judge, NULL);
}
