/* SPDX-License-Identifier: MIT */
/* A number that a forking server got again and again: each child's is its own. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ledger/ledger.h"

#define CHILDREN 3000

static struct ledger ledger;

static void slot_open(struct ledger_slot *slot, struct ledger_table *table, uint32_t number)
{
	cr_assert(ledger_slot_keep(&ledger, slot, table->forks));
	slot->opened_fork = table->forks;
	slot->opened_ns = number;
	slot->facts = 0;
	slot->word = SLOT_WORD(slot_generation(slot->word) + 1, 1, KIND_SOCKET, SLOT_OPEN);
}

static void slot_close(struct ledger_slot *slot, const struct ledger_table *table)
{
	slot->closed_fork = table->forks;
	slot->word = (slot->word & ~UINT64_C(0xff)) | SLOT_CLOSED;
}

/* Every third child is forked while the number is closed. */
Test(earlier, each_child_has_its_own)
{
	static uint32_t tables[CHILDREN];
	struct ledger_table *parent;
	struct ledger_slot *slot;
	struct descriptor_view view;
	uint32_t parent_ref;
	char path[256];

	cr_assert_eq(ledger_create(&ledger, "/tmp", ledger_size_allowed(), path, sizeof(path)), 0);
	unlink(path);
	parent_ref = ledger_table_new(&ledger, LINK_NONE, 0, 0, 0);
	parent = ledger_table_at(&ledger, parent_ref);
	slot = ledger_slot_at(&ledger, parent, 4, true);
	for (uint32_t i = 0; i < CHILDREN; i++) {
		if (i % 3)
			slot_open(slot, parent, i);
		tables[i] = ledger_table_new(&ledger, LINK_FORK, parent_ref,
					     ledger_table_tick(parent), i);
		if (i % 3)
			slot_close(slot, parent);
	}
	for (uint32_t i = 0; i < CHILDREN; i++) {
		ledger_view(&ledger, tables[i], 4, &view);
		cr_assert_eq(view.origin,
			     i % 3 ? DESCRIPTOR_INHERITED : DESCRIPTOR_NOT_OPEN, "child %u", i);
		if (i % 3)
			cr_assert_eq(view.slot->opened_ns, i);
	}
}

/* A number inherited, closed and opened again: older children's is the grandparent's. */
Test(earlier, an_inherited_number_was_closed)
{
	uint32_t top, middle, before, after, later;
	struct ledger_slot *slot;
	struct descriptor_view view;
	char path[256];

	cr_assert_eq(ledger_create(&ledger, "/tmp", ledger_size_allowed(), path, sizeof(path)), 0);
	unlink(path);
	top = ledger_table_new(&ledger, LINK_NONE, 0, 0, 0);
	slot_open(ledger_slot_at(&ledger, ledger_table_at(&ledger, top), 4, true),
		  ledger_table_at(&ledger, top), 7);
	middle = ledger_table_new(&ledger, LINK_FORK, top,
				  ledger_table_tick(ledger_table_at(&ledger, top)), 1);
	before = ledger_table_new(&ledger, LINK_FORK, middle,
				  ledger_table_tick(ledger_table_at(&ledger, middle)), 2);
	slot = ledger_slot_at(&ledger, ledger_table_at(&ledger, middle), 4, true);
	slot->facts = FACT_INHERITED;
	slot_close(slot, ledger_table_at(&ledger, middle));
	after = ledger_table_new(&ledger, LINK_FORK, middle,
				 ledger_table_tick(ledger_table_at(&ledger, middle)), 3);
	slot_open(slot, ledger_table_at(&ledger, middle), 8);
	later = ledger_table_new(&ledger, LINK_FORK, middle,
				 ledger_table_tick(ledger_table_at(&ledger, middle)), 4);
	ledger_view(&ledger, before, 4, &view);
	cr_assert_eq(view.slot->opened_ns, 7);
	ledger_view(&ledger, after, 4, &view);
	cr_assert_eq(view.origin, DESCRIPTOR_NOT_OPEN);
	ledger_view(&ledger, later, 4, &view);
	cr_assert_eq(view.slot->opened_ns, 8);
}
