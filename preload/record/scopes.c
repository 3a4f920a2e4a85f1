/* SPDX-License-Identifier: MIT */
/* The scope of an opening: the thread's own, else the process's. */
#include "record/scopes.h"

#include "shim/state.h"

OF_EVERY_PROCESS struct scopes scopes;

static uint32_t process_current(void)
{
	uint32_t ref = atomic_load_explicit(&scopes.process_ref, memory_order_acquire);

	return ref ? ref : scopes.inherited_ref;
}

uint32_t scope_current(void)
{
	return self.scope_ref ? self.scope_ref : process_current();
}

bool scope_counts_kind(unsigned int kind)
{
	uint32_t kinds = shim.ledger.header->kinds;

	return (kinds ? kinds : KIND_BIT(KIND_SOCKET)) & KIND_BIT(kind);
}

uint32_t scope_opened(unsigned int kind)
{
	uint32_t ref = scope_current();
	struct ledger_scope *scope = ref ? ledger_scope_at(&shim.ledger, ref) : NULL;

	if (scope && scope_counts_kind(kind))
		atomic_fetch_add_explicit(&scope->opened, 1, memory_order_relaxed);
	return scope ? ref : 0;
}

struct ledger_scope *scope_own(uint32_t ref)
{
	struct ledger_scope *scope = ledger_scope_at(&shim.ledger, ref);

	return scope && scope->process == shim.recorder.process_index ? scope : NULL;
}
