/* SPDX-License-Identifier: MIT */
/*
 * What Python closed itself. CPython closes a lost socket from its finaliser,
 * by reference counting, by its cycle collector or when the interpreter ends;
 * the program never did. Told by the closing stack:
 *
 *	close ← sock_finalize ← PyObject_CallFinalizer ← …            counts
 *	close ← … Python code … ← iobase_finalize ← PyObject_CallFinalizer   counts:
 *		a lost file object of socket.makefile() calls its own close()
 *	close ← … Python code … ← slot_tp_finalize ← PyObject_CallFinalizer  does
 *		not: a __del__ of the program called close()
 *
 *	close ← nameless functions only ← Py_RunMain or the like      counts while the
 *		interpreter ends: in a stripped CPython, the collector's last round over
 *		what modules hold. The functions that the program gave to
 *		atexit.register() were called before (from 3.13 on that looks the same)
 *	close ← four nameless functions or more ← Py_FinalizeEx       counts: the same,
 *		where it is not known whether the interpreter ends
 *
 * In a stripped CPython only exported functions have names, so cycles collected
 * while the program runs and lost makefile() objects are not recognised there: a
 * close too few is blamed on Python rather than one too many.
 */
#include <string.h>

#include "base/text.h"
#include "judge/find/find.h"

static bool is_finalizer_call(const char *function)
{
	/* The cycle collector calls finalisers in a loop of its own, often inlined. */
	return text_starts_with(function, "PyObject_CallFinalizer") ||
	       strcmp(function, "finalize_garbage") == 0;
}

/* How iobase_finalize() calls the method close, in versions of CPython from 3.6 on. */
static bool is_method_call(const char *function)
{
	return text_starts_with(function, "PyObject_VectorcallMethod") ||
	       text_starts_with(function, "PyObject_CallMethodNoArgs") ||
	       text_starts_with(function, "PyObject_CallMethodObjArgs") ||
	       text_starts_with(function, "_PyObject_CallMethod") ||
	       text_starts_with(function, "object_vacall");
}

/*
 * Nameless functions between close and the interpreter's end. A function of C
 * that the program gave to atexit.register() has three (itself, its wrapper,
 * the loop over the callbacks), the collector four: sock_finalize, the
 * collection, the last collection, finalize_modules (seen in Debian's 3.11).
 */
#define COLLECTOR_DEPTH 4

static bool is_nameless(const struct report_stack *stack, size_t end)
{
	for (size_t i = 0; i < end; i++)
		if (stack->frames[i].function)
			return false;
	return true;
}

/* What calls the end of the interpreter, where it has a name. */
static bool is_end(const char *function)
{
	return text_starts_with(function, "Py_Finalize") || strcmp(function, "Py_RunMain") == 0 ||
	       strcmp(function, "Py_EndInterpreter") == 0 || strcmp(function, "Py_Exit") == 0;
}

static bool is_gc_close(struct judge *judge, uint32_t place)
{
	const struct report_stack *stack = place_read(judge, place);
	bool is_ending = judge->places[place].is_ending;

	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		const struct module *module = frame_module(judge, frame);

		if (!module || module->runtime != RUNTIME_python)
			return false;
		if (!frame->function)
			continue;
		if (is_finalizer_call(frame->function))
			/*
			 * frames[i - 1] is the finaliser, frames[i - 2] what it calls. Python code
			 * has no name in 3.14: its functions end by a jump to one of each opcode.
			 */
			return i <= 1 || (i >= 2 && stack->frames[i - 2].function &&
					  is_method_call(stack->frames[i - 2].function));
		if (is_ending && is_end(frame->function))
			return i > 0 && is_nameless(stack, i);
		if (strcmp(frame->function, "Py_FinalizeEx") == 0)
			return i >= COLLECTOR_DEPTH && is_nameless(stack, i);
	}
	return false;
}

/* Is the caller of close in CPython? Spares all other programs the symbols. */
static bool is_python_place(const struct judge *judge, uint32_t place)
{
	const struct module *module;

	if (place == NONE || judge->places[place].spot_count == 0)
		return false;
	module = spot_module(judge, &judge->places[place].spots[0]);
	return module && module->runtime == RUNTIME_python;
}

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
	uint64_t closed_ns = atomic_load_explicit(&pair->last_closed_ns, memory_order_relaxed);

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

/* Those that the program means to stay open, until Python ends say, are shown and do not count. */
static void pair_count(struct judge *judge, struct group *group, const struct ledger_pair *pair,
		       uint32_t process)
{
	enum standing standing = standing_of(judge, judge->options->gc, false);
	uint64_t count = atomic_load_explicit(&pair->count, memory_order_relaxed);
	uint64_t kept = atomic_load_explicit(&pair->kept_count, memory_order_relaxed);

	kept = kept < count ? kept : count;
	if (count > kept)
		group_count(judge, group, standing, count - kept, process);
	if (kept > 0)
		group_count(judge, group, STANDING_NOTED, kept, process);
	if (standing == STANDING_NOTED)
		group->finding.note_reason = "--gc asks for a note";
	else if (kept > 0)
		group->finding.note_reason = "the program means it to stay open";
}

static void pair_judge(struct judge *judge, uint32_t open_ref, const struct ledger_pair *pair)
{
	uint64_t count = atomic_load_explicit(&pair->count, memory_order_relaxed);
	uint32_t close_place, process = 0;
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
	close_place = place_of(judge, pair->close_stack_ref);
	if (!is_python_place(judge, close_place) ||
	    !is_gc_close(judge, close_place))
		return;
	group = group_of(judge, FINDING_CLOSED_BY_GC, pair->kind, pair->call,
			 place_of(judge, open_ref));
	pair_count(judge, group, pair, process);
	if (count > group->close_count) {
		group->close_count = count;
		group->close_stack_ref = pair->close_stack_ref;
	}
	pair_describe(judge, group, pair, process);
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
