/* SPDX-License-Identifier: MIT */
/* Does each record of a process say what a record can say, and lead to others that are there? */
#include "judge/process/damage.h"
#include "ledger/walk.h"

void damage_note(struct damage *damage, const char *what, uint32_t process)
{
	struct judge *judge = damage->judge;

	if (judge->damage)
		return;
	judge->damage = process == NONE
				? what
				: report_printf(judge->report, "%s (process entry %u)", what,
						process);
}

bool damage_ref_fits(struct damage *damage, uint32_t ref, size_t size)
{
	return ref == 0 || (ref >= LEDGER_PAGE_SIZE && ref + (uint64_t)size <= damage->used &&
			    ledger_at(damage->ledger, ref, size));
}

static bool call_fits(const struct damage *damage, uint32_t call)
{
	return call == 0 || damage->call_count == 0 || call < damage->call_count;
}

/* Looked at once: many slots have the same. */
static bool stack_fits(struct damage *damage, uint32_t ref)
{
	const struct ledger_stack *stack;
	uint32_t *fits;
	bool is_new;

	if (ref == 0)
		return true;
	fits = lookup_put(&damage->stacks, damage->judge->report, ref, 0, 0, &is_new);
	if (!is_new)
		return *fits;
	stack = damage_ref_fits(damage, ref, sizeof(*stack)) ? ledger_stack_at(damage->ledger, ref)
							     : NULL;
	*fits = stack && stack->hash == ledger_stack_sum(stack);
	return *fits;
}

static bool string_fits(struct damage *damage, uint32_t ref)
{
	const struct ledger_string *string = ledger_string_at(damage->ledger, ref);

	return ref == 0 || (damage_ref_fits(damage, ref, sizeof(*string)) && string &&
			    string->bytes[string->length] == '\0');
}

static bool scope_fits(struct damage *damage, uint32_t ref)
{
	const struct ledger_note *note;

	if (!(ref & SCOPE_IS_NOTE))
		return ref == 0 || ledger_scope_at(damage->ledger, ref);
	ref &= ~SCOPE_IS_NOTE;
	note = ledger_at(damage->ledger, ref, sizeof(*note));
	return note && damage_ref_fits(damage, ref, sizeof(*note)) &&
	       (note->scope_ref == 0 || ledger_scope_at(damage->ledger, note->scope_ref)) &&
	       string_fits(damage, LEDGER_LOAD(note->label_ref)) &&
	       string_fits(damage, LEDGER_LOAD(note->keep_ref));
}

static bool slot_fits(struct damage *damage, const struct ledger_slot *slot)
{
	uint64_t word = LEDGER_LOAD(slot->word);
	uint32_t facts = LEDGER_LOAD(slot->facts);
	unsigned int state = slot_state(word);

	/* An opening clears what was known of the number when the image started. */
	if (state >= SLOT_STATES || slot_kind(word) >= KIND_DESCRIPTORS ||
	    !call_fits(damage, slot_call(word)) ||
	    (state == SLOT_OPEN && facts & (FACT_OUTSIDE | FACT_INHERITED)))
		return false;
	return stack_fits(damage, LEDGER_LOAD(slot->opened_stack_ref)) &&
	       stack_fits(damage, LEDGER_LOAD(slot->closed_stack_ref)) &&
	       stack_fits(damage, LEDGER_LOAD(slot->fact_stack_ref)) &&
	       scope_fits(damage, LEDGER_LOAD(slot->scope_ref)) &&
	       damage_ref_fits(damage, LEDGER_LOAD(slot->earlier_ref),
			       sizeof(struct ledger_earlier));
}

/* A node of an index, `level` of them above the leaves; at 0 it is a leaf. */
static bool branch_fits(struct damage *damage, uint32_t ref, unsigned int level, uint32_t leaf_size)
{
	uint32_t size = level ? LEDGER_NODE_REFS * (uint32_t)sizeof(uint32_t) : leaf_size;
	const ledger_u32 *node;

	if (ref == 0)
		return true;
	if (!damage_ref_fits(damage, ref, size))
		return false;
	node = level ? ledger_at(damage->ledger, ref, size) : NULL;
	for (uint32_t i = 0; node && i < LEDGER_NODE_REFS; i++)
		if (LEDGER_LOAD(node[i]) &&
		    (!budget_take(damage->judge, &damage->judge->record_budget, 1) ||
		     !branch_fits(damage, LEDGER_LOAD(node[i]), level - 1, leaf_size)))
			return false;
	return true;
}

static bool index_fits(struct damage *damage, const struct ledger_index *index, uint32_t leaf_size)
{
	for (uint32_t i = 0; i < LEDGER_INDEX_DIRECT; i++)
		if (!branch_fits(damage, LEDGER_LOAD(index->direct[i]), 0, leaf_size))
			return false;
	return branch_fits(damage, LEDGER_LOAD(index->root_ref), LEDGER_NODE_LEVELS, leaf_size);
}

static void slots_find(struct damage *damage, struct ledger_table *table, uint32_t index)
{
	uint32_t limit = LEDGER_LOAD(table->limit), fd = 0;

	for (; (fd = ledger_table_next(damage->ledger, table, fd)) < limit; fd++) {
		const struct ledger_slot *slot =
			ledger_slot_at(damage->ledger, table, (int)fd, false);

		if (slot && !slot_fits(damage, slot))
			damage_note(damage, "the record of a descriptor cannot be right", index);
	}
	/* A leaf is below the limit before it is there. */
	if (ledger_index_next(damage->ledger, &table->slots, limit, LEDGER_SLOTS_PER_LEAF) !=
	    UINT32_MAX)
		damage_note(damage, "a table has descriptors behind its end", index);
}

/*
 * Openings and closings may not fit what is open: threads that race for a number, and calls that
 * nobody made a call of libc for, leave counts that the report balances.
 */
static void counts_find(struct damage *damage, const struct ledger_process *process, uint32_t index)
{
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++)
		if (LEDGER_LOAD(process->kinds[kind].peak) > INT32_MAX)
			damage_note(damage, "the counts of a process cannot be right", index);
}

static void table_find(struct damage *damage, const struct ledger_process *process, uint32_t index)
{
	uint32_t ref = LEDGER_LOAD(process->table_ref);
	struct ledger_table *table = ledger_table_at(damage->ledger, ref);
	const struct ledger_table *parent;
	bool is_new;

	if (!table || !damage_ref_fits(damage, ref, sizeof(*table))) {
		damage_note(damage, "the descriptors of a process cannot be found", index);
		return;
	}
	parent = ledger_table_at(damage->ledger, table->parent_ref);
	if (table->link >= LINK_COUNT || table->process > index ||
	    !damage_ref_fits(damage, table->parent_ref, sizeof(*table)) ||
	    (table->link == LINK_FORK && (!parent || parent->process > table->process)))
		damage_note(damage, "the table of a process has words that nobody writes", index);
	(void)lookup_put(&damage->tables, damage->judge->report, ref, 0, 0, &is_new);
	if (!is_new)
		return;
	if (!index_fits(damage, &table->slots, LEDGER_LEAF_SIZE))
		damage_note(damage, "descriptors of a process cannot be found", index);
	slots_find(damage, table, index);
}

static void facts_find(struct damage *damage, uint32_t ref, uint32_t index)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_fact *fact;

	for (; ref; ref = fact->next_ref) {
		fact = damage_ref_fits(damage, ref, sizeof(*fact))
			       ? ledger_at(damage->ledger, ref, sizeof(*fact))
			       : NULL;
		if (!fact || !walk_goes_on(&walk, ref) || fact->kind >= KIND_COUNT) {
			damage_note(damage, "what the kernel said of a process cannot be read",
				    index);
			return;
		}
	}
}

static void events_find(struct damage *damage, uint32_t ref, uint32_t index)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_event *event;

	for (; ref; ref = event->next_ref) {
		event = damage_ref_fits(damage, ref, sizeof(*event))
				? ledger_at(damage->ledger, ref, sizeof(*event))
				: NULL;
		if (!event || !walk_goes_on(&walk, ref) || event->type >= EVENT_TYPES ||
		    !call_fits(damage, event->call) || !stack_fits(damage, event->here_stack_ref)) {
			damage_note(damage, "the events of a process cannot be read", index);
			return;
		}
	}
}

/* An image's objects explain addresses; without its strings a program has no name. */
static void image_find(struct damage *damage, const struct ledger_process *process, uint32_t index)
{
	uint32_t ref = LEDGER_LOAD(process->image_ref);
	const struct ledger_image *image = ledger_at(damage->ledger, ref, sizeof(*image));

	if (!image || !damage_ref_fits(damage, ref, sizeof(*image)) ||
	    !string_fits(damage, image->exe_ref) || !string_fits(damage, image->argv_ref) ||
	    !string_fits(damage, image->cwd_ref) ||
	    !damage_ref_fits(damage, LEDGER_LOAD(image->shelves_ref),
			     LEDGER_STACK_SHELVES * sizeof(uint32_t)))
		damage_note(damage, "the program of a process cannot be read", index);
}

/*
 * An announced process takes its entry before it says what it is. It may be killed in between,
 * or find no room for that; then it has recorded nothing.
 */
static bool is_nameless_yet(const struct ledger_process *process)
{
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++)
		if (LEDGER_LOAD(process->kinds[kind].opened) || LEDGER_LOAD(process->kinds[kind].closed))
			return false;
	return LEDGER_LOAD(process->state) == PROCESS_RUNNING &&
	       LEDGER_LOAD(process->image_ref) == 0 && LEDGER_LOAD(process->events_ref) == 0 &&
	       LEDGER_LOAD(process->facts_ref) == 0;
}

void damage_records_find(struct damage *damage, const struct ledger_process *process,
			 uint32_t index)
{
	bool is_nameless = is_nameless_yet(process);

	if (!is_nameless)
		image_find(damage, process, index);
	if (!is_nameless || LEDGER_LOAD(process->table_ref) != 0)
		table_find(damage, process, index);
	counts_find(damage, process, index);
	facts_find(damage, LEDGER_LOAD(process->facts_ref), index);
	events_find(damage, LEDGER_LOAD(process->events_ref), index);
	if (!damage_ref_fits(damage, LEDGER_LOAD(process->memory_ref),
			     sizeof(struct ledger_memory)) ||
	    !damage_ref_fits(damage, LEDGER_LOAD(process->exceptions_ref),
			     sizeof(struct ledger_exception)) ||
	    !damage_ref_fits(damage, LEDGER_LOAD(process->threads_ref),
			     LEDGER_THREADS * sizeof(struct ledger_thread)))
		damage_note(damage, "the record of a process leads nowhere", index);
}

static void stack_look(struct judge *judge, uint32_t ref, const struct ledger_stack *stack,
		       void *data)
{
	struct damage *damage = data;

	(void)judge; /* the same as damage->judge */
	(void)stack; /* looked at by its reference */
	if (!stack_fits(damage, ref))
		damage_note(damage, "a backtrace was overwritten", NONE);
}

void damage_stacks_find(struct damage *damage)
{
	stacks_visit(damage->judge, stack_look, damage);
}
