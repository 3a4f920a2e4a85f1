/* SPDX-License-Identifier: MIT */
/* Who had the descriptors when a mark was met: the places with the most of them. */
#include "cli/limit_holders.h"

#include <stdlib.h>

/* A place, and how many it has. */
struct holders {
	struct ledger_holder *list;
	size_t count, room;
};

static int by_stack(const void *one, const void *other)
{
	const struct ledger_holder *a = one, *b = other;

	if (a->stack_ref != b->stack_ref)
		return a->stack_ref < b->stack_ref ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

static int by_count(const void *one, const void *other)
{
	const struct ledger_holder *a = one, *b = other;

	return a->count != b->count ? (a->count > b->count ? -1 : 1) : by_stack(one, other);
}

static bool holder_add(struct holders *holders, const struct descriptor_view *view)
{
	uint64_t word = view->slot ? LEDGER_LOAD(view->slot->word) : 0;
	uint32_t stack_ref = view->slot ? LEDGER_LOAD(view->slot->opened_stack_ref) : 0;
	bool is_known = stack_ref || slot_call(word); /* else they are all alike */
	struct ledger_holder *list;

	if (holders->count == holders->room) {
		holders->room = holders->room ? holders->room * 2 : 256;
		list = reallocarray(holders->list, holders->room, sizeof(*list));
		if (!list)
			return false;
		holders->list = list;
	}
	holders->list[holders->count++] = (struct ledger_holder){
		.stack_ref = stack_ref,
		.count = 1,
		.call = slot_call(word),
		.kind = is_known ? slot_kind(word) : KIND_OTHER,
	};
	return true;
}

/* Those of one place become one. */
static void holders_sum(struct holders *holders)
{
	size_t count = 0;

	if (holders->count == 0)
		return;
	qsort(holders->list, holders->count, sizeof(*holders->list), by_stack);
	for (size_t i = 1; i < holders->count; i++)
		if (by_stack(&holders->list[count], &holders->list[i]) == 0)
			holders->list[count].count++;
		else
			holders->list[++count] = holders->list[i];
	holders->count = count + 1;
	qsort(holders->list, holders->count, sizeof(*holders->list), by_count);
}

/* Of what is still there: what was closed since is in no place. */
static void holders_read(struct snapshot *snapshot, uint32_t index,
			 const struct ledger_limit *limit, struct holders *holders)
{
	const struct ledger_process *process = ledger_process_at(&snapshot->ledger, index);
	uint32_t table_ref = process ? LEDGER_LOAD(process->table_ref) : 0;
	uint32_t end = ledger_view_limit(&snapshot->ledger, table_ref);
	bool has_room = true;

	for (uint32_t fd = 0;
	     has_room && end && (fd = ledger_view_next(&snapshot->ledger, table_ref, fd)) < end &&
	     fd < INT32_MAX;
	     fd++) {
		struct descriptor_view view;

		ledger_view(&snapshot->ledger, table_ref, (int)fd, &view);
		if (view.origin != DESCRIPTOR_NOT_OPEN &&
		    (view.origin != DESCRIPTOR_OWN || !view.slot || (int)fd == limit->fd ||
		     LEDGER_LOAD(view.slot->opened_ns) <= limit->at_ns))
			has_room = holder_add(holders, &view);
	}
	holders_sum(holders);
}

void limit_holders_write(struct snapshot *snapshot, uint32_t index,
			 const struct ledger_limit *limit, struct ledger_limit *record)
{
	struct holders holders = { .list = NULL };

	holders_read(snapshot, index, limit, &holders);
	record->found = 0;
	for (size_t i = 0; i < holders.count; i++)
		record->found += holders.list[i].count;
	record->holder_count =
		(uint32_t)(holders.count < LEDGER_HOLDERS ? holders.count : LEDGER_HOLDERS);
	for (uint32_t i = 0; i < record->holder_count; i++)
		record->holders[i] = holders.list[i];
	free(holders.list);
}
