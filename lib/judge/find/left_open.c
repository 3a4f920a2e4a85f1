/* SPDX-License-Identifier: MIT */
/*
 * What was left open, and in whose name: every number of every process, seen
 * through ledger_view(), by the rules that leak.c and heir_find() tell.
 */
#include "judge/find/heirs.h"

/* Standard error. */
#define STANDARD_LAST 2

static const struct ledger_fact *fact_of(const struct walk *walk, int fd)
{
	const uint32_t *ref = lookup_get(&walk->facts, (uint32_t)fd, 0);

	return ref ? ledger_at(walk->judge->ledger, *ref, sizeof(struct ledger_fact)) : NULL;
}

static void facts_read(struct walk *walk, const struct ledger_process *process)
{
	struct judge *judge = walk->judge;
	uint32_t ref = LEDGER_LOAD(process->facts_ref);
	const struct ledger_fact *fact;

	lookup_clear(&walk->facts);
	while ((fact = ledger_at(judge->ledger, ref, sizeof(*fact))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		bool is_new;

		(void)lookup_put(&walk->facts, judge->report, (uint32_t)fact->fd, 0, ref, &is_new);
		if (!is_new)
			break; /* one a number: a second one is a cycle */
		ref = fact->next_ref;
	}
}

/* What PROGRAM, which is looked through first, was told of a number that it handed on; or NULL. */
static const struct report_inherited *program_inherited(const struct walk *walk, int fd)
{
	const struct judge *judge = walk->judge;
	const struct report_process *program =
		&judge->report->processes[judge->images[judge->lives[0].last].id];

	for (size_t i = 0; i < program->inherited_count; i++)
		if (program->inherited[i].fd == fd)
			return &program->inherited[i];
	return NULL;
}

/* So that each number of a process that is looked at is told of. */
static void copy_note(struct walk *walk, int fd)
{
	struct judge *judge = walk->judge;
	struct report_process *process = &judge->report->processes[walk->id];

	if (!judge->lives[walk->life].is_seen)
		return;
	process->copies = array_grow(judge->report, process->copies, process->copy_count,
				     sizeof(*process->copies));
	process->copies[process->copy_count++] = fd;
}

static void inherited_note(struct walk *walk, int fd, const struct descriptor_view *view)
{
	struct judge *judge = walk->judge;
	struct report_process *process = &judge->report->processes[walk->id];
	const struct ledger_fact *fact = fact_of(walk, fd);
	const struct report_inherited *above = fact ? NULL : program_inherited(walk, fd);
	const char *target = fact ? snapshot_string(judge->snapshot, fact->path_ref) : NULL;
	unsigned int seen = view->slot ? slot_kind(view->slot->word) : (unsigned int)KIND_OTHER;
	const char *kind = fact                 ? kind_name(fact->kind)
			   : above              ? above->kind
			   : seen != KIND_OTHER ? kind_name(seen)
						: NULL;

	/* Copies of a parent's inheritance are the parent's; its children say nothing new. */
	if (life_is_fork(judge, &judge->lives[walk->life])) {
		copy_note(walk, fd);
		return;
	}
	if (above)
		target = above->target;
	process->inherited = array_grow(judge->report, process->inherited, process->inherited_count,
					sizeof(*process->inherited));
	process->inherited[process->inherited_count++] = (struct report_inherited){
		.fd = fd,
		.kind = kind ? kind : kind_name(KIND_OTHER),
		.target = target ? report_strdup(judge->report, target) : NULL,
		.known_as = inherited_name(judge, fd, kind, target),
	};
}

static void number_judge(struct walk *walk, int fd, const struct descriptor_view *view)
{
	const struct life *life = &walk->judge->lives[walk->life];
	struct leak leak = { .life = walk->life, .process = walk->id, .fd = fd, .view = view };
	uint32_t heir;

	if (view->origin == DESCRIPTOR_OUTSIDE) {
		inherited_note(walk, fd, view);
		return;
	}
	/* Only where the kernel was asked is a close that never came back known to have failed. */
	if (view->is_closing && !life->has_truth)
		return;
	heir = heir_of(walk, view);
	if (view->origin != DESCRIPTOR_INHERITED && heir != NONE && heir != RELEASED &&
	    walk->judge->lives[heir].is_running && !walk->judge->lives[heir].is_seen)
		walk->judge->held_by_living++;
	if (view->origin == DESCRIPTOR_INHERITED ? heir != walk->life : heir != NONE) {
		copy_note(walk, fd);
		return;
	}
	leak.fact = fact_of(walk, fd);
	leak_judge(walk->judge, &leak);
}

/* What only a parent had before a fork matters only where copies may have passed. */
static uint32_t number_next(const struct walk *walk, struct ledger_table *table, uint32_t fd,
			    bool with_inherited)
{
	return with_inherited ? ledger_view_next(walk->judge->ledger, walk->table_ref, fd)
			      : ledger_table_next(walk->judge->ledger, table, fd);
}

static void numbers_walk(struct walk *walk, bool with_inherited)
{
	struct judge *judge = walk->judge;
	struct ledger_table *table = ledger_table_at(judge->ledger, walk->table_ref);
	uint32_t limit = with_inherited ? ledger_view_limit(judge->ledger, walk->table_ref)
					: LEDGER_LOAD(table->limit);

	for (uint32_t fd = 0; (fd = number_next(walk, table, fd, with_inherited)) < limit &&
			      fd < INT32_MAX;
	     fd++) {
		struct descriptor_view view;

		if (!budget_take(judge, &judge->view_budget, 1))
			return;
		if (!budget_take(judge, &judge->view_budget, walk->depth))
			return;
		ledger_view(judge->ledger, walk->table_ref, (int)fd, &view);
		if (fd <= STANDARD_LAST && view.origin == DESCRIPTOR_OUTSIDE)
			continue; /* every program is given these */
		if (walk->is_finding_heirs)
			heir_find(walk, (int)fd, &view);
		else if (view.origin != DESCRIPTOR_NOT_OPEN)
			number_judge(walk, (int)fd, &view);
	}
}

/* May copies of a parent have passed to this process: did one above it end before? */
static bool may_be_heir(struct judge *judge, const struct life *life)
{
	uint32_t index = life->first;

	if (!life_is_fork(judge, life))
		return false;
	for (;;) {
		uint32_t parent = judge->images[index].process->parent;
		const struct life *above;

		if (parent >= index || !judge->images[parent].process ||
		    !budget_take(judge, &judge->view_budget, 1))
			return false;
		above = &judge->lives[judge->images[parent].life];
		if (!above->is_running && above->end_ns && life_end_ns(life) > above->end_ns)
			return true;
		index = parent;
	}
}

/* The table that a life had at its end; 0: none of which something is known. */
static uint32_t table_of(const struct judge *judge, uint32_t number)
{
	const struct life *life = &judge->lives[number];
	uint32_t ref = LEDGER_LOAD(judge->images[life->last].process->table_ref);

	return life->is_covered && ledger_table_at(judge->ledger, ref) ? ref : 0;
}

/*
 * Processes that share a table, by clone(CLONE_FILES), are judged once: at the end of
 * the last of them. By a check with the kernel rather than without.
 */
static bool is_better_owner(const struct life *life, const struct life *found)
{
	if (life->is_wanted != found->is_wanted)
		return life->is_wanted;
	if (life->is_seen != found->is_seen)
		return life->is_seen;
	if (life->is_running || found->is_running)
		return !found->is_running;
	if (life->has_truth != found->has_truth)
		return life->has_truth;
	return life->end_ns > found->end_ns;
}

static void owners_find(struct walk *walk)
{
	struct judge *judge = walk->judge;

	for (uint32_t i = 0; i < judge->life_count; i++) {
		uint32_t table_ref = table_of(judge, i), *owner;
		bool is_new;

		if (!table_ref)
			continue;
		owner = lookup_put(walk->owners, judge->report, table_ref, 0, i, &is_new);
		if (is_better_owner(&judge->lives[i], &judge->lives[*owner]))
			*owner = i;
	}
}

static void life_walk(struct walk *walk, uint32_t number)
{
	struct judge *judge = walk->judge;
	const struct life *life = &judge->lives[number];
	const struct ledger_process *process = judge->images[life->last].process;
	bool is_heir = may_be_heir(judge, life);

	walk->life = number;
	walk->id = judge->images[life->last].id;
	walk->table_ref = table_of(judge, number);
	if (!walk->table_ref || (walk->is_finding_heirs && !is_heir) ||
	    (!walk->is_finding_heirs && !life->is_wanted) ||
	    *lookup_get(walk->owners, walk->table_ref, 0) != number)
		return;
	walk->depth = table_depth(judge, walk->table_ref);
	if (walk->depth == 0) {
		judge->damaged_tables += !walk->is_finding_heirs;
		return;
	}
	if (!walk->is_finding_heirs)
		facts_read(walk, process);
	/* Of one that is looked at each number is told, copies too. */
	numbers_walk(walk, is_heir || life->is_seen);
}

void leaks_find(struct judge *judge)
{
	struct lookup heirs = { 0 }, activity = { 0 }, owners = { 0 };
	struct walk walk = { .judge = judge,
			     .heirs = &heirs,
			     .owners = &owners,
			     .activity = &activity,
			     .is_finding_heirs = true };

	copies_read(judge);
	owners_find(&walk);
	for (uint32_t i = 0; i < judge->life_count; i++)
		life_walk(&walk, i);
	walk.is_finding_heirs = false;
	for (uint32_t i = 0; i < judge->life_count; i++)
		life_walk(&walk, i);
	if (judge->held_by_living)
		diagnose(
			judge, DIAGNOSTIC_NOTE, "held-by-living",
			report_printf(judge->report,
				      "%llu descriptors that ended processes left open are still "
				      "held by running processes; they were not judged",
				      (unsigned long long)judge->held_by_living),
			-1);
}
