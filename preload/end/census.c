/* SPDX-License-Identifier: MIT */
/* The recorded descriptors that are open now, for the exported functions. */
#include "end/census.h"

#include <errno.h>
#include <fcntl.h>

#include "base/raw.h"
#include "end/facts.h"
#include "libc/real.h"
#include "record/standard.h"
#include "shim/state.h"
#include "stack/capture.h"

/* Without the kernel's word, after a seccomp filter, a release under way has happened. */
static bool is_open(int fd, unsigned int state)
{
	if (!shim_may_call_kernel())
		return state == SLOT_OPEN;
	return raw2(SYS_fcntl, fd, F_GETFD) != -EBADF;
}

/* Of what came in a message the call could not tell the kind. */
static unsigned int kind_of(int fd, uint64_t word)
{
	unsigned int kind = slot_kind(word) % KIND_DESCRIPTORS;

	if (kind == KIND_OTHER && shim_may_call_kernel())
		return fact_kind_find(fd, kind);
	return kind;
}

static bool is_expected(struct ledger_slot *slot)
{
	struct ledger_note *note = ledger_slot_note(&shim.ledger, slot, false);

	return note && LEDGER_LOAD(note->keep_ref) != 0;
}

static bool entry_read(uint32_t scope_ref, struct census_entry *entry)
{
	unsigned int state;

	entry->word = atomic_load_explicit(&entry->slot->word, memory_order_acquire);
	state = slot_state(entry->word);
	if ((state != SLOT_OPEN && state != SLOT_CLOSING) || slot_call(entry->word) == CALL_none)
		return false;
	entry->scope_ref = ledger_scope_of(
		&shim.ledger, atomic_load_explicit(&entry->slot->scope_ref, memory_order_acquire));
	if (scope_ref != UNCLOSED_EVERYTHING && entry->scope_ref != scope_ref)
		return false;
	if (!is_open(entry->fd, state))
		return false;
	entry->kind = kind_of(entry->fd, entry->word);
	entry->is_counted = !standard_is_stream(entry->fd, entry->word) &&
			    scope_counts_kind(entry->kind) &&
			    !is_expected(entry->slot);
	return true;
}

long census(uint32_t scope_ref, int (*each)(const struct census_entry *entry, void *data),
	    void *data)
{
	struct ledger_table *table = shim_recorder()->table;
	uint32_t limit = ledger_table_limit(table);
	long count = 0;

	for (uint32_t fd = 0; (fd = ledger_table_next(&shim.ledger, table, fd)) < limit; fd++) {
		struct census_entry entry = { .fd = (int)fd };

		entry.slot = ledger_slot_at(&shim.ledger, table, (int)fd, false);
		if (!entry.slot || !entry_read(scope_ref, &entry))
			continue;
		count++;
		if (each(&entry, data) != 0)
			break;
	}
	return count;
}

static int count_one(const struct census_entry *entry, void *data)
{
	*(long *)data += entry->is_counted;
	return 0;
}

long census_count(uint32_t scope_ref)
{
	long count = 0;

	(void)census(scope_ref, count_one, &count); /* its own count has other kinds, too */
	return count;
}

static const char *string_of(uint32_t ref)
{
	const struct ledger_string *string = ledger_string_at(&shim.ledger, ref);

	return string ? string->bytes : NULL;
}

struct listing {
	unclosed_list_fn callback;
	void *data;
};

static int list_one(const struct census_entry *entry, void *data)
{
	const struct listing *listing = data;
	struct ledger_slot *slot = entry->slot;
	uint64_t now_ns = ledger_now_ns(&shim.ledger);
	uint64_t opened_ns = LEDGER_LOAD(slot->opened_ns);
	const struct ledger_stack *stack =
		ledger_stack_at(&shim.ledger, LEDGER_LOAD(slot->opened_stack_ref));
	const struct ledger_scope *scope = ledger_scope_at(&shim.ledger, entry->scope_ref);
	const struct ledger_note *note = ledger_slot_note(&shim.ledger, slot, false);
	uint64_t pcs[LEDGER_DEPTH_MAX];
	const struct unclosed_descriptor descriptor = {
		.size = sizeof(descriptor),
		.fd = entry->fd,
		.tid = LEDGER_LOAD(slot->opened_tid),
		.kind = kind_name(entry->kind),
		.call = call_name(slot_call(entry->word)),
		.is_counted = entry->is_counted,
		.scope = scope ? entry->scope_ref : 0,
		.scope_name = scope ? string_of(scope->name_ref) : NULL,
		.label = note ? string_of(LEDGER_LOAD(note->label_ref)) : NULL,
		.expected = note ? string_of(LEDGER_LOAD(note->keep_ref)) : NULL,
		.age_ns = now_ns > opened_ns ? now_ns - opened_ns : 0,
		.stack = stack ? pcs : NULL,
		.stack_depth = stack ? stack->depth : 0,
		.source = stack ? string_of(stack->text_ref) : NULL,
	};

	for (unsigned int i = 0; stack && i < stack->depth; i++)
		pcs[i] = ledger_pc_in_process(&shim.ledger, shim.image, stack->pcs[i]);
	return listing->callback(&descriptor, listing->data);
}

long census_list(uint32_t scope_ref, unclosed_list_fn callback, void *data)
{
	struct listing listing = { callback, data };

	return census(scope_ref, list_one, &listing);
}
