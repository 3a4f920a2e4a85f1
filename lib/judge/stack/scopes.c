/* SPDX-License-Identifier: MIT */
/* Scopes: which test a descriptor was opened in, and what each of them left. */
#include <string.h>

#include "judge/stack/stack.h"
#include "judge/stack/paths.h"

static const char *text_of(struct judge *judge, uint32_t ref)
{
	const char *text = snapshot_string(judge->snapshot, ref);

	return text ? report_strdup(judge->report, text) : NULL;
}

/* The functions of unclosed.h are inlined into their callers, which are meant here. */
static const struct report_frame *caller_of(struct judge *judge, const struct report_stack *stack)
{
	static const char prefix[] = "unclosed_scope_begin";
	struct report_stack rest = *stack;

	while (rest.frame_count > 0 && rest.frames->function &&
	       strncmp(rest.frames->function, prefix, sizeof(prefix) - 1) == 0) {
		rest.frames++;
		rest.frame_count--;
	}
	return stack_top(judge, &rest);
}

/* Where the call was that began it. */
static void place_describe(struct judge *judge, const struct ledger_scope *scope,
			   struct report_scope *entry)
{
	uint32_t place = place_of(judge, scope->stack_ref);
	const struct report_frame *top =
		place == NONE ? NULL : caller_of(judge, place_read(judge, place));

	if (!top || !top->file)
		return;
	entry->file = top->file;
	entry->line = top->line;
}

static void scope_describe(struct judge *judge, const struct ledger_scope *scope,
			   struct report_scope *entry)
{
	const uint32_t *parent = lookup_get(&judge->scope_by_ref, scope->parent_ref, 0);

	entry->parent = parent ? *parent : 0;
	if (scope->process < judge->image_count && judge->images[scope->process].process)
		entry->process = judge->images[scope->process].id;
	entry->name = text_of(judge, scope->name_ref);
	if (!entry->name)
		entry->name = "?";
	entry->framework = text_of(judge, scope->framework_ref);
	entry->file = text_of(judge, scope->file_ref);
	if (entry->file)
		entry->file = path_shown(judge->paths, entry->file);
	entry->line = scope->line;
	if (!entry->file)
		place_describe(judge, scope, entry);
	entry->is_of_thread = scope->flags & SCOPE_THREAD;
	entry->opened = LEDGER_LOAD(scope->opened);
	entry->begun_ns = scope->begun_ns;
	entry->ended_ns = LEDGER_LOAD(scope->ended_ns);
	entry->left = entry->ended_ns ? LEDGER_LOAD(scope->left) : 0;
}

void scopes_read(struct judge *judge)
{
	struct report *report = judge->report;
	const struct ledger_scope **scopes = NULL;
	uint32_t ref = LEDGER_LOAD(judge->ledger->header->scopes_ref);
	size_t count = 0;
	const struct ledger_scope *scope;

	/* The list has the latest first; the report the oldest. */
	while ((scope = ledger_scope_at(judge->ledger, ref)) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		scopes = array_grow(report, scopes, count, sizeof(*scopes));
		scopes[count++] = scope;
		ref = scope->next_ref;
	}
	report->scopes = report_alloc(report, (count + 1) * sizeof(*report->scopes));
	report->scope_count = count;
	for (size_t i = 0; i < count; i++) {
		bool is_new;

		scope = scopes[count - 1 - i];
		report->scopes[i].id = (uint32_t)i + 1;
		(void)lookup_put(&judge->scope_by_ref, report, scope->self_ref, 0, (uint32_t)i + 1,
				 &is_new);
	}
	for (size_t i = 0; i < count; i++)
		scope_describe(judge, scopes[count - 1 - i], &report->scopes[i]);
}

uint32_t scope_id(const struct judge *judge, uint32_t scope_ref)
{
	const uint32_t *id =
		lookup_get(&judge->scope_by_ref, ledger_scope_of(judge->ledger, scope_ref), 0);

	return id ? *id : 0;
}

void scope_leaked(struct judge *judge, uint32_t id)
{
	if (id == 0 || id > judge->report->scope_count)
		return;
	judge->report->scopes[id - 1].leaked++;
	if (judge->report->scopes[id - 1].ended_ns == 0)
		judge->report->scopes[id - 1].left++;
}

/* Tests come one after the other, so a scope is mostly the last one again. */
void group_scope(struct judge *judge, struct group *group, uint32_t id)
{
	struct finding *finding = &group->finding;

	if (id == 0)
		return;
	for (size_t i = finding->scope_count; i-- > 0;)
		if (finding->scopes[i] == id)
			return;
	finding->scopes = array_grow(judge->report, finding->scopes, finding->scope_count,
				     sizeof(*finding->scopes));
	finding->scopes[finding->scope_count++] = id;
}
