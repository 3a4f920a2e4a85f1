/* SPDX-License-Identifier: MIT */
/*
 * Functions that a C++ exception left. Where it was thrown and where it was
 * caught are two backtraces of one stack: what both have at the outer end are
 * the callers of the function that caught it, then comes that one, and all that
 * the throwing one has above it was left.
 */
#include <string.h>

#include "judge/words/words.h"

/* Threads that find the same one new have a record each. */
#define RECORDS_MAX (2 * LEDGER_EXCEPTIONS_MAX)

/* What left the function that a stack has opened something in, in one thread. */
struct left {
	uint32_t thrown_ref; /* of the one seen first; 0: none did */
	const char *function;
	uint64_t count;
	uint64_t last_ns; /* when the last of them was caught */
	uint64_t open;    /* how many descriptors of that stack and thread are open */
};

/* A whole backtrace, to its outer end; NULL: none. */
static const struct ledger_stack *whole_stack(struct judge *judge, uint32_t ref)
{
	const struct ledger_stack *stack = ledger_stack_at(judge->ledger, ref);

	return stack && stack->depth > 0 && stack->depth <= LEDGER_DEPTH_MAX &&
			       !(stack->flags & STACK_TRUNCATED)
		       ? stack
		       : NULL;
}

/* How many frames two backtraces have in common, from the outer end. */
static unsigned int frames_shared(const struct ledger_stack *a, const struct ledger_stack *b)
{
	unsigned int count = 0;

	if (a->image_ref != b->image_ref || a->epoch != b->epoch)
		return 0;
	while (count < a->depth && count < b->depth &&
	       a->pcs[a->depth - 1 - count] == b->pcs[b->depth - 1 - count])
		count++;
	return count;
}

static const struct report_frame *function_of(struct judge *judge, const struct ledger_stack *stack,
					      unsigned int frame)
{
	struct spot spot = spot_find(judge, stack->image_ref, stack->epoch, stack->pcs[frame]);

	return spot.module < judge->module_count ? spot_function(judge, &spot) : NULL;
}

/* Compilers put what is rarely run into a part of its own: "_Z4loadv.cold", "load() [clone .cold]".
 */
static size_t name_length(const char *name)
{
	const char *part = strstr(name, ".cold"), *clone = strstr(name, " [clone .cold");

	return clone ? (size_t)(clone - name) : part ? (size_t)(part - name) : strlen(name);
}

static bool is_same_function(const struct report_frame *a, const struct report_frame *b)
{
	bool is_linked = a->linkage_name && b->linkage_name;
	const char *one = is_linked ? a->linkage_name : a->function;
	const char *other = is_linked ? b->linkage_name : b->function;

	return strcmp(a->module, b->module) == 0 && name_length(one) == name_length(other) &&
	       memcmp(one, other, name_length(one)) == 0;
}

/*
 * The function that both the opening and the throw were in, called from the same
 * place, and that the exception left; NULL: there is none.
 */
static const struct report_frame *function_left(struct judge *judge,
						const struct ledger_stack *opened,
						const struct ledger_exception *exception)
{
	const struct ledger_stack *thrown = whole_stack(judge, exception->thrown_stack_ref);
	const struct ledger_stack *caught = whole_stack(judge, exception->caught_stack_ref);
	const struct report_frame *opener, *thrower;
	unsigned int shared, kept;

	if (!thrown || !caught)
		return NULL;
	kept = frames_shared(thrown, caught) + 1; /* the one that caught it, too */
	shared = frames_shared(thrown, opened);
	if (caught->depth != kept || shared < kept || shared >= thrown->depth ||
	    shared >= opened->depth)
		return NULL;
	opener = function_of(judge, opened, opened->depth - 1 - shared);
	thrower = function_of(judge, thrown, thrown->depth - 1 - shared);
	return opener && thrower && is_same_function(opener, thrower) ? opener : NULL;
}

static void left_add(struct judge *judge, struct left *left,
		     const struct ledger_exception *exception, const struct report_frame *function)
{
	uint64_t last_ns = LEDGER_LOAD(exception->last_ns);

	if (!left->thrown_ref) {
		left->thrown_ref = exception->thrown_stack_ref;
		left->function = function_text(judge, function);
	}
	left->count += LEDGER_LOAD(exception->count);
	if (last_ns > left->last_ns)
		left->last_ns = last_ns;
}

static uint64_t count_open(struct judge *judge, struct ledger_table *table,
			   const struct ledger_slot *like)
{
	uint32_t limit = table ? LEDGER_LOAD(table->limit) : 0;
	uint64_t count = 0;

	for (uint32_t fd = 0; fd < limit && budget_take(judge, &judge->view_budget, 1); fd++) {
		const struct ledger_slot *slot =
			ledger_slot_at(judge->ledger, table, (int)fd, false);
		uint64_t word = slot ? LEDGER_LOAD(slot->word) : 0;

		count += slot && slot_state(word) == SLOT_OPEN &&
			 LEDGER_LOAD(slot->opened_stack_ref) ==
				 LEDGER_LOAD(like->opened_stack_ref) &&
			 LEDGER_LOAD(slot->opened_tid) == LEDGER_LOAD(like->opened_tid);
	}
	return count;
}

static void left_find(struct judge *judge, const struct leak *leak, struct left *left)
{
	const struct ledger_stack *opened = whole_stack(judge, leak->stack_ref);
	const struct ledger_slot *slot = leak->view->slot;
	uint32_t ref = LEDGER_LOAD(judge->images[leak->view->process].process->exceptions_ref);

	for (int i = 0; opened && i < RECORDS_MAX; i++) {
		const struct ledger_exception *exception =
			ledger_at(judge->ledger, ref, sizeof(*exception));
		const struct report_frame *function;

		if (!exception || !budget_take(judge, &judge->view_budget, 1))
			break;
		ref = exception->next_ref;
		if (exception->tid != LEDGER_LOAD(slot->opened_tid))
			continue;
		function = function_left(judge, opened, exception);
		if (function)
			left_add(judge, left, exception, function);
	}
	if (left->thrown_ref)
		left->open = count_open(
			judge, ledger_table_at(judge->ledger, leak->view->table_ref), slot);
}

static const struct left *left_of(struct judge *judge, const struct leak *leak)
{
	uint32_t tid = LEDGER_LOAD(leak->view->slot->opened_tid), number;
	struct left left = { 0 };
	bool is_new;

	number = *lookup_put(&judge->left_by_stack, judge->report,
			     (uint64_t)leak->view->process << 32 | leak->stack_ref, tid,
			     judge->left_count, &is_new);
	if (!is_new)
		return &judge->lefts[number];
	left_find(judge, leak, &left);
	judge->lefts =
		array_grow(judge->report, judge->lefts, judge->left_count, sizeof(*judge->lefts));
	judge->lefts[judge->left_count++] = left;
	return &judge->lefts[number];
}

/*
 * Fewer exceptions than descriptors cannot explain them all, and which they do
 * nobody knows: the others were opened by calls that returned.
 */
bool exception_left(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	const struct descriptor_view *view = leak->view;
	const struct left *left;

	if (!view->slot || !leak->call || !leak->stack_ref || leak->facts & FACT_INHERITED ||
	    view->process >= judge->image_count || !judge->images[view->process].process ||
	    !LEDGER_LOAD(judge->images[view->process].process->exceptions_ref))
		return false;
	left = left_of(judge, leak);
	if (!left->thrown_ref || !left->function || left->open > left->count ||
	    left->last_ns < LEDGER_LOAD(view->slot->opened_ns))
		return false;
	ret_clue->stack_ref = left->thrown_ref;
	ret_clue->text = left->function;
	return true;
}
