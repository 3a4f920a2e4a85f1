/* SPDX-License-Identifier: MIT */
/* How scopes begin and end. */
#include <string.h>

#include "end/census.h"
#include "ledger/walk.h"
#include "shim/state.h"
#include "stack/capture.h"

static uint32_t text_keep(const char *text)
{
	return text ? ledger_string_add(&shim.ledger, text, strlen(text)) : 0;
}

/* The innermost scope from `ref` outwards that has not ended. */
static uint32_t first_running(uint32_t ref)
{
	struct ledger_walk walk = { 0 };
	const struct ledger_scope *scope;

	for (; (scope = ledger_scope_at(&shim.ledger, ref)) && walk_goes_on(&walk, ref);
	     ref = scope->outer_ref)
		if (atomic_load_explicit(&scope->ended_ns, memory_order_acquire) == 0)
			return ref;
	return 0;
}

/* Of two threads that begin one at the same time, one is inside the other. */
static uint32_t process_begin(struct ledger_scope *filled)
{
	uint32_t ref, outer = atomic_load_explicit(&scopes.process_ref, memory_order_acquire);
	struct ledger_scope *scope;

	filled->outer_ref = outer;
	ref = ledger_scope_add(&shim.ledger, filled);
	scope = ledger_scope_at(&shim.ledger, ref);
	if (!scope)
		return 0;
	while (!atomic_compare_exchange_weak_explicit(&scopes.process_ref, &outer, ref,
						      memory_order_acq_rel, memory_order_acquire))
		scope->outer_ref = outer;
	return ref;
}

static uint32_t thread_begin(struct ledger_scope *filled)
{
	uint32_t ref;

	filled->outer_ref = self.scope_ref;
	ref = ledger_scope_add(&shim.ledger, filled);
	if (ref)
		self.scope_ref = ref;
	return ref;
}

unclosed_scope_t scope_begin(const struct unclosed_scope_options *options)
{
	struct ledger_scope filled = {
		.parent_ref = scope_current(),
		.process = shim.recorder.process_index,
		.tid = thread_tid(),
		.name_ref = text_keep(options->name ? options->name : ""),
		.framework_ref = text_keep(options->framework),
		.file_ref = text_keep(options->file),
		.line = options->line,
		.stack_ref = options->file ? 0 : capture_stack(),
		.flags = options->flags & (SCOPE_THREAD | SCOPE_DETACHED),
		.begun_ns = ledger_now_ns(&shim.ledger),
	};
	uint32_t ref;

	if (filled.flags & SCOPE_DETACHED)
		ref = ledger_scope_add(&shim.ledger, &filled);
	else if (filled.flags & SCOPE_THREAD)
		ref = thread_begin(&filled);
	else
		ref = process_begin(&filled);
	if (!ref)
		ledger_lose(&shim.ledger, LOSS_STRINGS);
	atomic_store_explicit(&scopes.is_used, 1, memory_order_relaxed);
	return ref;
}

long scope_end_of(unclosed_scope_t ref)
{
	struct ledger_scope *scope = scope_own(ref);
	uint32_t current;
	long left;

	if (!scope)
		return -1;
	left = census_count(ref);
	if (atomic_load_explicit(&scope->ended_ns, memory_order_acquire) == 0) {
		atomic_store_explicit(&scope->left, (uint32_t)left, memory_order_relaxed);
		atomic_store_explicit(&scope->ended_ns, ledger_now_ns(&shim.ledger),
				      memory_order_release);
	}
	self.scope_ref = first_running(self.scope_ref);
	current = atomic_load_explicit(&scopes.process_ref, memory_order_acquire);
	/* When it fails another thread began or ended one, and that was after us. */
	(void)atomic_compare_exchange_strong_explicit(&scopes.process_ref, &current,
						      first_running(current), memory_order_acq_rel,
						      memory_order_acquire);
	return left;
}

/* A forked child ends what its parent began only for itself. */
static long scope_leave(uint32_t ref, _Atomic uint32_t *current)
{
	struct ledger_scope *scope = ledger_scope_at(&shim.ledger, ref);
	uint32_t outer = scope ? scope->outer_ref : 0;

	if (current)
		(void)atomic_compare_exchange_strong_explicit(
			current, &ref, outer, memory_order_acq_rel, memory_order_acquire);
	else
		self.scope_ref = outer;
	return scope ? census_count(ref) : -1;
}

long scope_end(void)
{
	uint32_t of_thread = self.scope_ref;
	uint32_t of_process = atomic_load_explicit(&scopes.process_ref, memory_order_acquire);
	uint32_t ref = of_thread ? of_thread : of_process;

	if (ref == 0)
		return -1;
	if (scope_own(ref))
		return scope_end_of(ref);
	return scope_leave(ref, of_thread ? NULL : &scopes.process_ref);
}
