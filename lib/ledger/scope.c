/* SPDX-License-Identifier: MIT */
/* The list of a session's scopes, and the notes of slots, which lead to a scope. */
#include "ledger/ledger.h"

uint32_t ledger_scope_add(struct ledger *ledger, const struct ledger_scope *filled)
{
	ledger_u32 *head = &ledger->header->scopes_ref;
	uint32_t ref = ledger_record_alloc(ledger, sizeof(struct ledger_scope));
	struct ledger_scope *scope = ledger_at(ledger, ref, sizeof(*scope));
	uint32_t first = atomic_load_explicit(head, memory_order_relaxed);
	struct ledger_process *process = ledger_process_at(ledger, filled->process);

	if (!scope)
		return 0;
	if (process)
		atomic_fetch_or_explicit(&process->holders, HOLDERS_NAMED, memory_order_relaxed);
	*scope = *filled;
	scope->self_ref = ref;
	do
		scope->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(head, &first, ref, memory_order_release,
						      memory_order_relaxed));
	return ref;
}

struct ledger_scope *ledger_scope_at(struct ledger *ledger, uint32_t ref)
{
	struct ledger_scope *scope = ledger_at(ledger, ref, sizeof(*scope));

	return scope && scope->self_ref == ref ? scope : NULL;
}

static struct ledger_note *note_at(struct ledger *ledger, uint32_t ref)
{
	return ref & SCOPE_IS_NOTE
		       ? ledger_at(ledger, ref & ~SCOPE_IS_NOTE, sizeof(struct ledger_note))
		       : NULL;
}

uint32_t ledger_scope_of(struct ledger *ledger, uint32_t ref)
{
	const struct ledger_note *note = note_at(ledger, ref);

	if (ref & SCOPE_IS_NOTE)
		return note ? note->scope_ref : 0;
	return ref;
}

struct ledger_note *ledger_slot_note(struct ledger *ledger, struct ledger_slot *slot,
				     bool is_create)
{
	uint32_t ref = atomic_load_explicit(&slot->scope_ref, memory_order_acquire), made;
	struct ledger_note *note;

	if (ref & SCOPE_IS_NOTE || !is_create)
		return note_at(ledger, ref);
	made = ledger_record_alloc(ledger, sizeof(*note));
	note = ledger_at(ledger, made, sizeof(*note));
	if (!note)
		return NULL;
	note->scope_ref = ref;
	/* Another thread may make one at the same time, or have opened the number anew. */
	if (atomic_compare_exchange_strong_explicit(&slot->scope_ref, &ref, made | SCOPE_IS_NOTE,
						    memory_order_acq_rel, memory_order_acquire))
		return note;
	return note_at(ledger, ref);
}
