/* SPDX-License-Identifier: MIT */
/* Damaged and hostile ledgers: the judge neither crashes nor loops. Run it under ASan. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

#define ROUNDS 1500

static struct world world;

static void setup(void)
{
	uint32_t child, image;

	world_open(&world);
	for (unsigned int i = 0; i < 200; i++) {
		uint64_t pcs[] = { 0x401000 + i, 0x402000, 0x403000 + i % 7, 0 };
		uint32_t stack = world_stack(&world, pcs);

		world_slot(&world, 0, (int)i, WORLD_SOCKET, KIND_SOCKET, stack);
		if (i % 3)
			world_closed(&world, 0, (int)i, stack);
		if (i % 5 == 0)
			world_fact(&world, 0, (int)i, i % 14);
	}
	child = world_process(&world, ORIGIN_FORK, 0);
	world_slot(&world, child, 300, WORLD_OPEN, KIND_FILE, 0);
	image = world_exec(&world, child);
	world_wait(&world, image, SIGTERM);
	world_exit(&world, 0, 0);
	world_exit(&world, world_process(&world, ORIGIN_FORK, 0), 0);
	world.options.kinds = KIND_ALL;
	world.options.is_verbose = true;
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(damage, .init = setup, .fini = teardown, .timeout = 300);

/* Judge what is in the file now; a clear refusal is as good as a report. */
static void damaged_judge(void)
{
	const char *why = NULL;
	struct report *report;

	if (snapshot_load(&world.snapshot, world.path, &why) < 0) {
		cr_assert_not_null(why);
		return;
	}
	report = report_new();
	if (judge(report, &world.snapshot, NULL, &world.context, &why) < 0)
		cr_assert_not_null(why);
	report_free(report);
	snapshot_unload(&world.snapshot);
}

static uint32_t used_bytes(void)
{
	return world.ledger.header->next_page << LEDGER_PAGE_SHIFT;
}

Test(damage, random_bytes)
{
	uint8_t *bytes = (uint8_t *)world.ledger.header;
	uint32_t size = used_bytes();

	srandom(7);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint8_t old[8];
		uint32_t at[8];

		/* Behind magic, version and size, or nothing else would be tested. */
		for (size_t i = 0; i < 8; i++) {
			at[i] = 64 + (uint32_t)random() % (size - 64);
			old[i] = bytes[at[i]];
			bytes[at[i]] = (uint8_t)random();
		}
		damaged_judge();
		for (size_t i = 8; i-- > 0;)
			bytes[at[i]] = old[i];
	}
}

/* Whole words that look like references are what damages lists. */
Test(damage, random_references)
{
	uint32_t *words = (uint32_t *)world.ledger.header;
	uint32_t count = used_bytes() / 4;

	srandom(11);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t at[16], old[16];

		for (size_t i = 0; i < 16; i++) {
			do
				at[i] = 16 + (uint32_t)random() % (count - 16);
			while (words[at[i]] == 0);
			old[i] = words[at[i]];
			words[at[i]] = ((uint32_t)random() % (count / 2)) * 8;
		}
		damaged_judge();
		for (size_t i = 16; i-- > 0;)
			words[at[i]] = old[i];
	}
}

Test(damage, cyclic_lists)
{
	struct ledger_process *process = world_at(&world, 0);
	struct ledger_fact *fact = ledger_at(&world.ledger, process->facts_ref, sizeof(*fact));
	struct ledger_image *image = ledger_at(&world.ledger, world.image_ref, sizeof(*image));
	struct ledger_module *module =
		ledger_at(&world.ledger, image->modules_ref, sizeof(*module));
	struct ledger_table *table = ledger_table_at(&world.ledger, process->table_ref);

	fact->next_ref = process->facts_ref;
	module->next_ref = image->modules_ref;
	for (unsigned int i = 0; i < LEDGER_STACK_BUCKETS; i++) {
		ledger_u32 *head = ledger_stack_bucket(&world.ledger, image, i, false);
		struct ledger_stack *stack = head ? ledger_stack_at(&world.ledger, *head) : NULL;
		struct ledger_pair *pair;

		if (!stack)
			continue;
		stack->next_ref = *head;
		pair = ledger_at(&world.ledger, stack->pairs_ref, sizeof(*pair));
		if (pair)
			pair->next_ref = stack->pairs_ref;
	}
	table->link = LINK_FORK;
	table->parent_ref = process->table_ref;
	world_judge(&world);
	cr_assert_not(world.report->is_complete);
	cr_assert_geq(world.report->diagnostic_count, 1);
}

/* Killed between taking its announced entry and saying what it is, or without room to say it. */
Test(damage, killed_in_its_hello)
{
	struct ledger_process *child = world_at(&world, world_process(&world, ORIGIN_SPAWN, 0));

	child->image_ref = 0;
	world_judge(&world);
	for (size_t i = 0; i < world.report->diagnostic_count; i++)
		cr_expect_null(strstr(world.report->diagnostics[i].text, "damaged"), "%s",
			       world.report->diagnostics[i].text);
}

/* What has opened something has said what it is. */
Test(damage, name_taken_away)
{
	struct ledger_process *child = world_at(&world, world_process(&world, ORIGIN_SPAWN, 0));

	child->image_ref = 0;
	child->kinds[KIND_SOCKET].opened = 1;
	world_judge(&world);
	cr_expect_not(world.report->is_complete);
	cr_expect_geq(world.report->diagnostic_count, 1);
	cr_expect_not_null(strstr(world.report->diagnostics[0].text, "damaged"), "%s",
			   world.report->diagnostics[0].text);
}

Test(damage, cyclic_processes)
{
	struct ledger_process *process = world_at(&world, 0);

	process->origin = ORIGIN_EXEC;
	process->exec_of = 1;
	process->parent = 1;
	world_at(&world, 1)->origin = ORIGIN_EXEC;
	world_at(&world, 1)->exec_of = 0;
	world_judge(&world);
}

Test(damage, truncated)
{
	uint32_t size = used_bytes();

	for (uint32_t length = 0; length < size; length += 1000) {
		cr_assert_eq(truncate(world.path, length), 0);
		/* What was behind the end comes back as zeros: another kind of damage. */
		damaged_judge();
	}
}

Test(damage, zeroed_pages)
{
	static uint8_t saved[LEDGER_PAGE_SIZE];
	uint8_t *bytes = (uint8_t *)world.ledger.header;

	for (uint32_t at = LEDGER_PAGE_SIZE; at < used_bytes(); at += LEDGER_PAGE_SIZE) {
		memcpy(saved, bytes + at, sizeof(saved));
		memset(bytes + at, 0, sizeof(saved));
		damaged_judge();
		memset(bytes + at, 0xff, sizeof(saved));
		damaged_judge();
		memcpy(bytes + at, saved, sizeof(saved));
	}
}
